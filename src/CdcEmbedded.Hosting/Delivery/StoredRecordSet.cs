using CdcEmbedded.Sources;

namespace CdcEmbedded.Hosting.Delivery;

/// <summary>One record whose values were stored, and some of which could not be decoded: reading these fails again.</summary>
/// <param name="schema">Its table's schema, or null.</param>
/// <param name="names">The fields' names.</param>
/// <param name="values">The fields' values.</param>
/// <param name="failures">Why the fields could not be decoded; null for those that could.</param>
internal sealed class StoredRecordSet(TableSchema? schema, string[] names, DataValue[] values, ValueDecodingException?[] failures)
    : RecordSet
{
    private readonly DetachedRecordSet _values = new(schema, names, values);

    public override TableSchema? Schema => schema;

    public override int GetFieldCount(int record) => names.Length;

    public override string GetFieldName(int record, int field) => names[field];

    public override int IndexOf(int record, string name) => _values.IndexOf(record, name);

    public override DataValue GetValue(int record, int field)
    {
        var value = _values.GetValue(record, field);
        return failures[field] is { } failure ? throw Again(failure) : value;
    }

    // Each reader gets an exception with a stack of its own.
    private static ValueDecodingException Again(ValueDecodingException failure) => new(failure.Message, failure.Position)
    {
        Database = failure.Database,
        Table = failure.Table,
        Column = failure.Column,
        ServerType = failure.ServerType,
        RawBytes = failure.RawBytes,
        RawLength = failure.RawLength,
    };
}
