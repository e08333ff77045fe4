using CdcEmbedded.Sources;

namespace CdcEmbedded.Testing;

/// <summary>A row or document for tests: field names and values. Immutable.</summary>
public sealed class ScriptedRow
{
    private readonly string[] _names;
    private readonly DataValue[] _values;

    private ScriptedRow(string[] names, DataValue[] values)
    {
        _names = names;
        _values = values;
    }

    internal IReadOnlyList<string> Names => _names;

    internal IReadOnlyList<DataValue> Values => _values;

    /// <summary>Creates a row of names and values, in their order.</summary>
    /// <param name="fields">Values as CLR objects, see <see cref="ScriptedValue.From"/>.</param>
    /// <exception cref="ArgumentException">A value's type is unknown, or a name occurs twice.</exception>
    public static ScriptedRow Of(params (string Name, object? Value)[] fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var names = new string[fields.Length];
        var values = new DataValue[fields.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            names[i] = Array.IndexOf(names, fields[i].Name, 0, i) < 0 ? fields[i].Name
                : throw new ArgumentException($"The row has two fields named '{fields[i].Name}'.", nameof(fields));
            values[i] = ScriptedValue.From(fields[i].Value);
        }

        return new ScriptedRow(names, values);
    }

    /// <summary>Creates a row of a dictionary's entries, in their order.</summary>
    /// <param name="fields">Values as CLR objects, see <see cref="ScriptedValue.From"/>.</param>
    /// <exception cref="ArgumentException">A value's type is unknown.</exception>
    public static ScriptedRow From(IEnumerable<KeyValuePair<string, object?>> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        var list = new List<(string, object?)>();
        foreach (var (name, value) in fields)
        {
            list.Add((name, value));
        }

        return Of([.. list]);
    }

    internal DataValue Find(string name) => Array.IndexOf(_names, name) is >= 0 and var index ? _values[index] : DataValue.Absent;

    internal DataRecord ToRecord(TableSchema schema)
    {
        var names = new string[schema.Columns.Count];
        var values = new DataValue[names.Length];
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = schema.Columns[i].Name;
            values[i] = Find(names[i]);
        }

        return new DataRecord(new DetachedRecordSet(schema, names, values), 0);
    }
}
