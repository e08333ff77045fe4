using CdcEmbedded.MongoDb.Bson;

namespace CdcEmbedded.MongoDb;

/// <summary>One stage of an aggregation pipeline that the server applies to the change events, such as <c>{"$match": …}</c>. Immutable.</summary>
/// <remarks>A stage may not change or remove an event's <c>_id</c>, its place in the stream: the server refuses to go on then.</remarks>
public readonly struct PipelineStage
{
    private readonly RawBson _document;

    /// <summary>Takes a stage as BSON.</summary>
    /// <exception cref="ArgumentException">It is not a document with exactly one field, named after the stage.</exception>
    public PipelineStage(RawBson document)
    {
        if (document.Count() != 1 || !NameOf(document).StartsWith('$'))
        {
            throw new ArgumentException($"A stage is a document with one field, such as {{\"$match\": …}}, not {document}.", nameof(document));
        }

        _document = document;
    }

    /// <summary>The stage; empty of the default value.</summary>
    public RawBson Document => _document;

    /// <summary>Takes a stage as extended JSON.</summary>
    /// <exception cref="FormatException">It is no JSON object.</exception>
    /// <exception cref="ArgumentException">It does not have exactly one field, named after the stage.</exception>
    public static implicit operator PipelineStage(string json) => new(RawBson.Parse(json));

    /// <summary>Takes a stage as BSON.</summary>
    public static implicit operator PipelineStage(RawBson document) => new(document);

    /// <summary>The stage as extended JSON.</summary>
    public override string ToString() => _document.ToJson();

    internal string Name => NameOf(_document);

    private static string NameOf(RawBson document)
    {
        foreach (var element in document)
        {
            return element.Name;
        }

        return "";
    }
}
