namespace CdcEmbedded.Transforms;

/// <summary>Includes or excludes tables.</summary>
internal sealed class TableRule(string tables, bool isInclude) : Transform
{
    private readonly TablePattern _pattern = TablePattern.Parse(tables, nameof(tables));

    public bool IsInclude => isInclude;

    public bool Matches(string database, string table, bool ignoreCase) => _pattern.Matches(database, table, ignoreCase);
}
