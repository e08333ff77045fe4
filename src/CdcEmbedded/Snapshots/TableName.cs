namespace CdcEmbedded.Snapshots;

/// <summary>Names of tables as <c>database.table</c>.</summary>
internal static class TableName
{
    /// <summary>Splits a name at its first point.</summary>
    /// <exception cref="ArgumentException">It has none.</exception>
    public static (string Database, string Table) Split(string name)
    {
        var point = name.IndexOf('.', StringComparison.Ordinal);
        return point > 0 && point < name.Length - 1 ? (name[..point], name[(point + 1)..])
            : throw new ArgumentException($"'{name}' is not a table: expected is database.table.", nameof(name));
    }
}
