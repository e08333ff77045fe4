using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>A record that has values and no faster way to read them: the model of those that have.</summary>
internal sealed class ValuesOnly(DataRecord inner) : RecordSet
{
    public override TableSchema? Schema => inner.Schema;

    public override int GetFieldCount(int record) => inner.Count;

    public override string GetFieldName(int record, int field) => inner.GetName(field);

    public override int IndexOf(int record, string name) => inner.Schema?.IndexOf(name) ?? -1;

    public override DataValue GetValue(int record, int field) => inner[field];
}
