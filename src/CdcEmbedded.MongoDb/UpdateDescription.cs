using CdcEmbedded.MongoDb.ChangeStreams;
using CdcEmbedded.MongoDb.Documents;
using MongoDB.Bson;

namespace CdcEmbedded.MongoDb;

/// <summary>What an update changed, as the server describes it. A small immutable struct over the event's bytes.</summary>
public readonly struct UpdateDescription
{
    private readonly RawBson _document;
    private readonly IDocumentOrigin? _origin;

    internal UpdateDescription(RawBson document, IDocumentOrigin? origin = null)
    {
        _document = document;
        _origin = origin;
    }

    /// <summary>True if there is one: updates have it, unless a pipeline removes it.</summary>
    public bool HasValue => _document.HasValue;

    /// <summary>The whole description as the server sent it.</summary>
    public DataRecord Document => _document.ToRecord(_origin);

    /// <summary>The new values by their paths; no record where there is no description.</summary>
    public DataRecord UpdatedFields => Updated.ToRecord(_origin);

    /// <summary>The paths of removed fields. A new list at each call.</summary>
    public IReadOnlyList<string> RemovedFields
    {
        get
        {
            var result = new List<string>();
            foreach (var removed in Part("removedFields"u8, ElementType.Array))
            {
                result.Add(removed.Value.Type == ElementType.String ? removed.Value.AsString() : throw Damaged("removedFields"));
            }

            return result;
        }
    }

    /// <summary>The arrays that are shorter now. A new list at each call.</summary>
    public IReadOnlyList<TruncatedArray> TruncatedArrays
    {
        get
        {
            var result = new List<TruncatedArray>();
            foreach (var array in Part("truncatedArrays"u8, ElementType.Array))
            {
                var entry = RawBson.InArray(array);
                result.Add(new TruncatedArray(entry.GetString("field"u8), entry.GetInt32("newSize"u8)));
            }

            return result;
        }
    }

    /// <summary>For each path that could be read in several ways its parts: text for a field, a number for a place in an array. No record
    /// without expanded events.</summary>
    public DataRecord DisambiguatedPaths => Paths.ToRecord(_origin);

    internal RawBson Raw => _document;

    internal RawBson Updated => Part("updatedFields"u8, ElementType.Document);

    internal RawBson Paths => Part("disambiguatedPaths"u8, ElementType.Document);

    /// <summary>Makes the document after the update from the one before it, such as <see cref="ChangeEvent.Before"/>.</summary>
    /// <remarks>Arrays are cut first, then values are set, then fields removed. A path is split at its dots, unless
    /// <see cref="DisambiguatedPaths"/> has its parts. New fields come last, as the description does not say where they are.</remarks>
    /// <param name="before">The document exactly as it was before the update.</param>
    /// <exception cref="InvalidOperationException">There is no description.</exception>
    /// <exception cref="ArgumentException">The record has no BSON.</exception>
    /// <exception cref="CdcProtocolException">The description is damaged, a path can be read in several ways, or it does not fit the
    /// document: it was not the one before.</exception>
    public DataRecord Apply(DataRecord before) => Apply(RawBson.Of(before)).ToRecord();

    /// <summary>Makes the document after the update from the one before it, such as a copy that the application keeps.</summary>
    /// <param name="before">The document exactly as it was before the update; not changed.</param>
    /// <returns>A new document.</returns>
    /// <exception cref="InvalidOperationException">There is no description.</exception>
    /// <exception cref="CdcProtocolException">The description is damaged, a path can be read in several ways, or it does not fit the
    /// document: it was not the one before.</exception>
    public BsonDocument Apply(BsonDocument before)
    {
        ArgumentNullException.ThrowIfNull(before);
        return Apply(new RawBson(before.ToBson())).ToRecord().ToBsonDocument();
    }

    /// <summary>The top-level fields that it names, each once.</summary>
    internal List<string> ChangedFields()
    {
        var result = new List<string>();
        var ambiguous = Paths;
        foreach (var field in UpdatedFields)
        {
            Add(field.Name);
        }

        foreach (var path in RemovedFields)
        {
            Add(path);
        }

        foreach (var array in TruncatedArrays)
        {
            Add(array.Field);
        }

        return result;

        void Add(string path)
        {
            var first = ambiguous.HasValue && ambiguous[path] is { Exists: true } parts ? PathPart.Parse(parts)[0].Name
                : path.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? path[..dot] : path;
            if (!result.Contains(first))
            {
                result.Add(first);
            }
        }
    }

    /// <summary>A part of the description; no document where it is missing or null.</summary>
    /// <exception cref="CdcProtocolException">It is of another type.</exception>
    private RawBson Part(ReadOnlySpan<byte> name, ElementType type) => _document[name] is { IsNullOrMissing: false } part
        ? part.Type == type ? part.AsDocument() : throw Damaged(System.Text.Encoding.UTF8.GetString(name))
        : default;

    private static CdcProtocolException Damaged(string name)
        => new($"An update description has {name} of an unexpected type.", "updateDescription");

    private RawBson Apply(RawBson before) => HasValue
        ? UpdateApplier.Apply(this, before)
        : throw new InvalidOperationException("The change has no update description.");
}
