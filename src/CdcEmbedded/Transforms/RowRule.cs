namespace CdcEmbedded.Transforms;

/// <summary>Keeps the changes of tables that fulfil a condition.</summary>
internal sealed class RowRule : Transform
{
    private readonly TablePattern _pattern;

    public RowRule(string tables, Func<ChangeEvent, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        _pattern = TablePattern.Parse(tables, nameof(tables));
        Condition = condition;
    }

    public Func<ChangeEvent, bool> Condition { get; }

    internal override string LossWithoutMatch => "the rows that it is to drop are delivered";

    internal override bool HasWildcard => _pattern.HasWildcard;

    internal override bool MatchesAll => _pattern.MatchesAll;

    internal override bool Matches(string database, string table, bool ignoreCase) => _pattern.Matches(database, table, ignoreCase);

    public override string ToString() => $"Where(\"{_pattern.Text}\", …)";
}
