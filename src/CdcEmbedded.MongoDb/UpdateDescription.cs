using CdcEmbedded.MongoDb.Bson;
using CdcEmbedded.MongoDb.ChangeStreams;

namespace CdcEmbedded.MongoDb;

/// <summary>What an update changed, as the server describes it. A small immutable struct over the event's bytes.</summary>
public readonly struct UpdateDescription
{
    internal UpdateDescription(RawBson document) => Document = document;

    /// <summary>Whether there is one: updates have it, unless a pipeline removes it.</summary>
    public bool HasValue => Document.HasValue;

    /// <summary>The whole description as the server sent it.</summary>
    public RawBson Document { get; }

    /// <summary>The new values by their paths; no document where there is no description.</summary>
    public RawBson UpdatedFields => Document.TryGetDocument("updatedFields"u8, out var fields) ? fields : default;

    /// <summary>The paths that are gone. Made anew at each call.</summary>
    public IReadOnlyList<string> RemovedFields
    {
        get
        {
            var result = new List<string>();
            if (Document.TryGetArray("removedFields"u8, out var fields))
            {
                foreach (var removed in fields)
                {
                    result.Add(removed.Value.AsString());
                }
            }

            return result;
        }
    }

    /// <summary>The arrays that are shorter. Made anew at each call.</summary>
    public IReadOnlyList<TruncatedArray> TruncatedArrays
    {
        get
        {
            var result = new List<TruncatedArray>();
            if (Document.TryGetArray("truncatedArrays"u8, out var arrays))
            {
                foreach (var array in arrays)
                {
                    var entry = array.Value.AsDocument();
                    result.Add(new TruncatedArray(entry.GetString("field"u8), entry.GetInt32("newSize"u8)));
                }
            }

            return result;
        }
    }

    /// <summary>For each path that could be read in several ways its parts: text for a field, a number for a place in an array. No document
    /// without expanded events.</summary>
    public RawBson DisambiguatedPaths => Document.TryGetDocument("disambiguatedPaths"u8, out var paths) ? paths : default;

    /// <summary>The document after the update, from the one before it.</summary>
    /// <remarks>Arrays are cut first, then values are set, then fields removed. A path is split at its points, unless
    /// <see cref="DisambiguatedPaths"/> has its parts. New fields come last, as the description does not tell their places.</remarks>
    /// <param name="before">The document exactly as it was before the update.</param>
    /// <exception cref="InvalidOperationException">There is no description, or no document.</exception>
    /// <exception cref="CdcProtocolException">The description is damaged, or does not fit the document: it was not the one before.</exception>
    public RawBson Apply(RawBson before) => HasValue && before.HasValue
        ? UpdateApplier.Apply(this, before)
        : throw new InvalidOperationException(HasValue ? "There is no document before the update." : "The change has no update description.");
}
