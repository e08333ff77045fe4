namespace CdcEmbedded.MongoDb.Topology;

/// <summary>The options of a connection string that make up the read preference.</summary>
internal static class ReadPreferenceOption
{
    /// <summary>Reads mode, tags and staleness.</summary>
    /// <exception cref="ArgumentException">Tags or staleness with the mode primary.</exception>
    public static ReadPreference Read(OptionReader reader)
    {
        var mode = ReadMode(reader);
        var tagSets = new List<IReadOnlyDictionary<string, string>>();
        foreach (var value in reader.All("readPreferenceTags"))
        {
            if (OptionReader.Pairs(value, "readPreferenceTags") is { } tags)
            {
                tagSets.Add(tags);
            }
            else
            {
                reader.Warn("readPreferenceTags", "must be of the form name:value,name:value");
            }
        }

        var seconds = reader.Integer("maxStalenessSeconds", -1);
        var staleness = seconds is null or < 0 ? (TimeSpan?)null : TimeSpan.FromSeconds(seconds.Value);
        if (mode == ReadPreferenceMode.Primary && (staleness is not null || tagSets.Any(tags => tags.Count > 0)))
        {
            throw MongoUri.Invalid("readPreferenceTags and maxStalenessSeconds take a readPreference other than primary");
        }

        return new ReadPreference(mode, tagSets, staleness);
    }

    private static ReadPreferenceMode ReadMode(OptionReader reader)
    {
        var text = reader.Text("readPreference");
        foreach (var mode in Enum.GetValues<ReadPreferenceMode>())
        {
            if (string.Equals(new ReadPreference(mode).ToString(), text, StringComparison.OrdinalIgnoreCase))
            {
                return mode;
            }
        }

        if (text is not null)
        {
            reader.Warn("readPreference", "must be primary, primaryPreferred, secondary, secondaryPreferred or nearest");
        }

        return ReadPreferenceMode.Primary;
    }
}
