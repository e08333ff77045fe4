using System.Runtime.CompilerServices;

namespace CdcEmbedded.Rows;

/// <summary>The columns that a type is read from; for generated code. It looks the names up once for each schema. Thread-safe.</summary>
public sealed class RowColumns
{
    private readonly string[] _names;
    private readonly ConditionalWeakTable<TableSchema, Resolved> _resolved = [];
    private Resolved? _last;

    /// <summary>Creates the list.</summary>
    /// <param name="names">The columns' names; not copied.</param>
    public RowColumns(params string[] names)
    {
        ArgumentNullException.ThrowIfNull(names);
        _names = names;
    }

    /// <summary>Prepares reading a record.</summary>
    /// <param name="record">The record.</param>
    /// <exception cref="InvalidOperationException">There is no record.</exception>
    public RowReader Open(DataRecord record)
    {
        if (!record.HasValue)
        {
            throw new InvalidOperationException("There is no record to read: test HasValue first.");
        }

        // Records that have not all columns of their schema are read by name.
        var schema = record.Schema;
        return new RowReader(this, record, schema is not null && schema.Columns.Count == record.Count ? Resolve(schema) : null);
    }

    internal string NameOf(int slot) => _names[slot];

    private int[] Resolve(TableSchema schema)
    {
        if (_last is { } last && ReferenceEquals(last.Schema, schema))
        {
            return last.Indexes;
        }

        var resolved = _resolved.GetValue(schema, s => new Resolved(s, Array.ConvertAll(_names, s.IndexOf)));
        _last = resolved;
        return resolved.Indexes;
    }

    private sealed record Resolved(TableSchema Schema, int[] Indexes);
}
