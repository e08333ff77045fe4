using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CdcEmbedded.Formats;

/// <summary>Field names as the start of a JSON member, escaped and encoded once: for each schema an array by index, for records
/// without such a schema (documents) a dictionary.</summary>
internal sealed class FieldNames
{
    // Documents may have any number of names: beyond this many the dictionary is emptied.
    private const int MaxLooseNames = 4096;

    private readonly ConditionalWeakTable<TableSchema, FieldName[]> _bySchema = [];
    private readonly Dictionary<string, FieldName> _loose = new(StringComparer.Ordinal);

    // A table's rows alternate with their keys, which have a schema of their own.
    private (TableSchema? Schema, FieldName[] Names) _last = (null, []);
    private (TableSchema? Schema, FieldName[] Names) _second = (null, []);

    /// <summary>A name and the start of its member: <c>,"name":</c>, which without its first byte is that of the first member.</summary>
    internal sealed record FieldName(string Name, byte[] Member);

    /// <summary>Returns the encoded names of a schema's columns; empty without a schema.</summary>
    public FieldName[] Of(TableSchema? schema)
    {
        if (schema is null)
        {
            return [];
        }

        if (!ReferenceEquals(schema, _last.Schema))
        {
            var found = ReferenceEquals(schema, _second.Schema) ? _second : (schema, _bySchema.GetValue(schema, Encode));
            _second = _last;
            _last = found;
        }

        return _last.Names;
    }

    /// <summary>Returns the encoded name of a field: the schema's, if the field is at its column's index.</summary>
    /// <param name="names">What <see cref="Of"/> returned.</param>
    /// <param name="place">The field's index in its record.</param>
    /// <param name="name">The field's name.</param>
    public byte[] Member(FieldName[] names, int place, string name)
    {
        if ((uint)place < (uint)names.Length && names[place].Name == name)
        {
            return names[place].Member;
        }

        if (!_loose.TryGetValue(name, out var encoded))
        {
            if (_loose.Count >= MaxLooseNames)
            {
                _loose.Clear();
            }

            encoded = Encode(name);
            _loose.Add(name, encoded);
        }

        return encoded.Member;
    }

    private static FieldName[] Encode(TableSchema schema)
    {
        var names = new FieldName[schema.Columns.Count];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = Encode(schema.Columns[i].Name);
        }

        return names;
    }

    private static FieldName Encode(string name) => new(name,
        [.. ",\""u8, .. JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, .. "\":"u8]);
}
