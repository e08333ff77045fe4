namespace CdcEmbedded.MongoDb;

/// <summary>Which members of a replica set may answer, narrowed by tags and by how far a secondary may lag. Immutable.</summary>
public sealed class ReadPreference
{
    /// <summary>The primary only.</summary>
    public static readonly ReadPreference Primary = new(ReadPreferenceMode.Primary);

    /// <summary>Creates the preference.</summary>
    /// <param name="mode">Which members.</param>
    /// <param name="tagSets">Sets of tags in the order in which they are tried; the first one that any member carries decides. Null
    /// or empty for any member; an empty set as the last one falls back to any.</param>
    /// <param name="maxStaleness">The longest a secondary may lag by the driver's estimate, whole seconds, at least 90 s; null for
    /// any.</param>
    /// <exception cref="ArgumentException">Tags or staleness with <see cref="ReadPreferenceMode.Primary"/>.</exception>
    public ReadPreference(
        ReadPreferenceMode mode, IReadOnlyList<IReadOnlyDictionary<string, string>>? tagSets = null, TimeSpan? maxStaleness = null)
    {
        if (mode == ReadPreferenceMode.Primary && (maxStaleness is not null || (tagSets?.Any(tags => tags.Count > 0) ?? false)))
        {
            throw new ArgumentException(
                "A read preference of primary takes neither tags nor a staleness: there is only one primary. Choose another mode.",
                    nameof(mode));
        }

        Mode = mode;
        TagSets = tagSets ?? [];
        MaxStaleness = maxStaleness;
    }

    /// <summary>Which members.</summary>
    public ReadPreferenceMode Mode { get; }

    /// <summary>Sets of tags in the order in which they are tried; empty for any member.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, string>> TagSets { get; }

    /// <summary>The longest a secondary may lag; null for any.</summary>
    public TimeSpan? MaxStaleness { get; }

    /// <summary>The mode as servers and connection strings write it, such as <c>secondaryPreferred</c>.</summary>
    public override string ToString() => Mode switch
    {
        ReadPreferenceMode.Primary => "primary",
        ReadPreferenceMode.PrimaryPreferred => "primaryPreferred",
        ReadPreferenceMode.Secondary => "secondary",
        ReadPreferenceMode.SecondaryPreferred => "secondaryPreferred",
        _ => "nearest",
    };
}
