namespace CdcEmbedded.Transforms;

/// <summary>Includes or excludes tables.</summary>
internal sealed class TableRule(string tables, bool isInclude) : Transform
{
    private readonly TablePattern _pattern = TablePattern.Parse(tables, nameof(tables));

    public bool IsInclude => isInclude;

    internal override string LossWithoutMatch => isInclude ? "the changes that it is to keep are dropped"
        : "the table that it is to drop is delivered";

    internal override bool HasWildcard => _pattern.HasWildcard;

    internal override bool MatchesAll => _pattern.MatchesAll;

    internal override bool Matches(string database, string table, bool ignoreCase) => _pattern.Matches(database, table, ignoreCase);

    public override string ToString() => $"{(isInclude ? "IncludeTables" : "ExcludeTables")}(\"{_pattern.Text}\")";
}
