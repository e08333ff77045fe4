using System.Text.RegularExpressions;

namespace CdcEmbedded.Transforms;

/// <summary>Gives tables another name.</summary>
internal sealed class TableRename : Transform
{
    private readonly TablePattern _pattern;
    private readonly Regex _expression;
    private readonly Regex _expressionIgnoringCase;
    private readonly NewName _database;
    private readonly NewName _table;

    public TableRename(string tables, string newName)
    {
        _pattern = TablePattern.Parse(tables, nameof(tables));
        ArgumentException.ThrowIfNullOrWhiteSpace(newName);
        var point = newName.IndexOf('.', StringComparison.Ordinal);
        if (point <= 0 || point == newName.Length - 1 || newName.IndexOf('.', point + 1) >= 0)
        {
            throw new ArgumentException($"'{newName}' is no new name for {tables}: expected is database.table, such as copy.* or `*`.",
                nameof(newName));
        }

        // One text with a point between, so that the wildcards of both sides are counted through.
        var text = $"{_pattern.CapturingDatabase}\\.{_pattern.CapturingTable}";
        _expression = new Regex($"^{text}\\z", RegexOptions.CultureInvariant);
        _expressionIgnoringCase = new Regex($"^{text}\\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);
        _database = new NewName(newName[..point], 0);
        _table = new NewName(newName[(point + 1)..], _database.Wildcards);
        NewName.Check(newName, tables, _database.Wildcards + _table.Wildcards, _expression);
        Text = $"RenameTables(\"{tables}\", \"{newName}\")";
    }

    public string Text { get; }

    public override string ToString() => Text;

    internal override string LossWithoutMatch => "the table keeps its name";

    internal override bool HasWildcard => _pattern.HasWildcard;

    internal override bool MatchesAll => _pattern.MatchesAll;

    internal override bool Matches(string database, string table, bool ignoreCase) => _pattern.Matches(database, table, ignoreCase);

    public (string Database, string Table) Apply(string database, string table, bool ignoreCase)
    {
        var match = (ignoreCase ? _expressionIgnoringCase : _expression).Match($"{database}.{table}");
        return (_database.Fill(match), _table.Fill(match));
    }
}
