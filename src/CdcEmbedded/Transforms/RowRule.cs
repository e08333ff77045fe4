namespace CdcEmbedded.Transforms;

/// <summary>Keeps the changes of tables that fulfil a condition.</summary>
internal sealed class RowRule : Transform
{
    private readonly TablePattern _pattern;
    private readonly Func<ChangeEvent, bool> _condition;

    public RowRule(string tables, Func<ChangeEvent, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        _pattern = TablePattern.Parse(tables, nameof(tables));
        _condition = condition;
    }

    /// <summary>Asks the application.</summary>
    /// <exception cref="KeyNotFoundException">The condition names a column that the table does not have; the message names the
    /// rule.</exception>
    public bool Holds(ChangeEvent change)
    {
        try
        {
            return _condition(change);
        }
        catch (KeyNotFoundException e)
        {
            throw new KeyNotFoundException($"The condition of the transform {this} failed: {e.Message}", e);
        }
    }

    internal override string LossWithoutMatch => "the rows that it is to drop are delivered";

    internal override bool HasWildcard => _pattern.HasWildcard;

    internal override bool MatchesAll => _pattern.MatchesAll;

    internal override bool Matches(string database, string table, bool ignoreCase) => _pattern.Matches(database, table, ignoreCase);

    public override string ToString() => $"Where(\"{_pattern.Text}\", …)";
}
