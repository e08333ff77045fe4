using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CdcEmbedded.Formats;

/// <summary>Field names, escaped and encoded once: for each schema an array by index, for records without such a schema (keys,
/// documents) a dictionary.</summary>
internal sealed class FieldNames
{
    // Documents may have any number of names: beyond this many the dictionary is emptied.
    private const int MaxLooseNames = 4096;

    private readonly ConditionalWeakTable<TableSchema, JsonEncodedText[]> _bySchema = [];
    private readonly Dictionary<string, JsonEncodedText> _loose = new(StringComparer.Ordinal);
    private TableSchema? _lastSchema;
    private JsonEncodedText[] _lastNames = [];

    /// <summary>Returns the encoded names of a schema's columns; empty without a schema.</summary>
    public JsonEncodedText[] Of(TableSchema? schema)
    {
        if (schema is null)
        {
            return [];
        }

        if (!ReferenceEquals(schema, _lastSchema))
        {
            if (!_bySchema.TryGetValue(schema, out var names))
            {
                names = new JsonEncodedText[schema.Columns.Count];
                for (var i = 0; i < names.Length; i++)
                {
                    names[i] = JsonEncodedText.Encode(schema.Columns[i].Name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
                }

                _bySchema.Add(schema, names);
            }

            _lastSchema = schema;
            _lastNames = names;
        }

        return _lastNames;
    }

    /// <summary>Returns the encoded name of a field: the schema's, if the field is at its column's index.</summary>
    /// <param name="names">What <see cref="Of"/> returned.</param>
    /// <param name="place">The field's index in its record.</param>
    /// <param name="name">The field's name.</param>
    public JsonEncodedText Encoded(JsonEncodedText[] names, int place, string name)
    {
        // A name that needs escaping differs from its encoded form and takes the slower path; such names are rare.
        if ((uint)place < (uint)names.Length && names[place].Value == name)
        {
            return names[place];
        }

        if (!_loose.TryGetValue(name, out var encoded))
        {
            if (_loose.Count >= MaxLooseNames)
            {
                _loose.Clear();
            }

            encoded = JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping);
            _loose.Add(name, encoded);
        }

        return encoded;
    }
}
