using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
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

    /// <summary>A name as the start of a member, <c>,"name":</c>, followed by bytes that mean nothing.</summary>
    internal readonly struct FieldName(byte[] member)
    {
        /// <summary>Most names are shorter than a vector, which is copied faster than a number of bytes that varies.</summary>
        public const int VectorBytes = 16;

        private readonly byte[] _bytes = [.. member, .. new byte[Math.Max(0, VectorBytes - member.Length)]];

        /// <summary>Number of bytes of the start of the member.</summary>
        public int Length { get; } = member.Length;

        /// <summary>Writes the start of the member.</summary>
        /// <param name="destination">At least <see cref="Length"/> and <see cref="VectorBytes"/>.</param>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void CopyTo(Span<byte> destination)
        {
            if (Length <= VectorBytes)
            {
                Vector128.Create((ReadOnlySpan<byte>)_bytes).CopyTo(destination);
            }
            else
            {
                _bytes.CopyTo(destination);
            }
        }
    }

    /// <summary>Returns the encoded names of a schema's columns; empty without a schema.</summary>
    public FieldName[] Of(TableSchema? schema)
    {
        if (schema is null)
        {
            return [];
        }

        if (ReferenceEquals(schema, _last.Schema))
        {
            return _last.Names;
        }

        if (ReferenceEquals(schema, _second.Schema))
        {
            return _second.Names;
        }

        _second = _last;
        _last = (schema, _bySchema.GetValue(schema, Encode));
        return _last.Names;
    }

    /// <summary>Returns the encoded name of a field that is not at its column's place in the schema.</summary>
    public FieldName Find(string name)
    {
        if (!_loose.TryGetValue(name, out var encoded))
        {
            if (_loose.Count >= MaxLooseNames)
            {
                _loose.Clear();
            }

            encoded = Encode(name);
            _loose.Add(name, encoded);
        }

        return encoded;
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

    private static FieldName Encode(string name) => new(
        [.. ",\""u8, .. JsonEncodedText.Encode(name, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes, .. "\":"u8]);
}
