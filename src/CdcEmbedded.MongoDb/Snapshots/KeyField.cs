using System.Text;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.Snapshots;

/// <summary>A field of a document's key. Immutable.</summary>
internal sealed class KeyField
{
    private readonly byte[] _whole;
    private readonly byte[][] _parts;

    /// <param name="path">Its path, with points between the names.</param>
    public KeyField(string path)
    {
        Path = path;
        _whole = Encoding.UTF8.GetBytes(path);
        _parts = [.. path.Split('.').Select(Encoding.UTF8.GetBytes)];
    }

    /// <summary>The field that every document has.</summary>
    public static KeyField Id { get; } = new("_id");

    /// <summary>Its path.</summary>
    public string Path { get; }

    /// <summary>Its path in UTF-8: its name in <c>documentKey</c>.</summary>
    public ReadOnlySpan<byte> Utf8 => _whole;

    /// <summary>True for <c>_id</c>.</summary>
    public bool IsId => Path == "_id";

    /// <summary>Finds it in a document, or in a <c>documentKey</c>, which has the whole path as one name.</summary>
    /// <returns>A value that does not exist where it is missing.</returns>
    public RawValue In(RawBson document)
    {
        var value = document[Utf8];
        if (value.Exists || _parts.Length == 1)
        {
            return value;
        }

        value = document[_parts[0]];
        for (var i = 1; i < _parts.Length; i++)
        {
            value = value.Type == ElementType.Document ? value.AsDocument()[_parts[i]] : default;
        }

        return value;
    }
}
