namespace CdcEmbedded.Sources;

/// <summary>One record in memory of its own: what <see cref="DataRecord.Detach"/> returns, and what test doubles and snapshots
/// build records from.</summary>
public sealed class DetachedRecordSet : RecordSet
{
    private readonly string[] _names;
    private readonly DataValue[] _values;

    /// <summary>Creates the record.</summary>
    /// <param name="schema">Its table's schema, or null.</param>
    /// <param name="names">The fields' names; not copied.</param>
    /// <param name="values">The fields' values, as many; not copied.</param>
    /// <exception cref="ArgumentException">The two differ in length.</exception>
    public DetachedRecordSet(TableSchema? schema, string[] names, DataValue[] values)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(values);
        if (names.Length != values.Length)
        {
            throw new ArgumentException($"{names.Length} names for {values.Length} values.", nameof(values));
        }

        Schema = schema;
        _names = names;
        _values = values;
    }

    /// <inheritdoc/>
    public override TableSchema? Schema { get; }

    /// <inheritdoc/>
    public override int GetFieldCount(int record) => _names.Length;

    /// <inheritdoc/>
    public override string GetFieldName(int record, int field) => _names[field];

    /// <inheritdoc/>
    public override int IndexOf(int record, string name)
    {
        var index = Array.IndexOf(_names, name);

        // The columns of a table ignore case, the fields of a document do not.
        return index >= 0 || Schema is null ? index
            : Array.FindIndex(_names, other => string.Equals(other, name, StringComparison.OrdinalIgnoreCase));
    }

    /// <inheritdoc/>
    public override DataValue GetValue(int record, int field)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)field, (uint)_values.Length, nameof(field));
        return _values[field];
    }
}
