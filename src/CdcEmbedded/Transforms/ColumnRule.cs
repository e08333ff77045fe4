using System.Text.RegularExpressions;

namespace CdcEmbedded.Transforms;

/// <summary>Includes, excludes, changes or renames columns.</summary>
internal sealed class ColumnRule : Transform
{
    private readonly int[] _database;
    private readonly int[] _table;
    private readonly int[][] _path;
    private readonly string _columns;
    private readonly string _name;
    private readonly NewName? _newName;
    private readonly Regex? _expression;

    public ColumnRule(string columns, string name, string? newName = null)
    {
        (_database, _table, _path) = TablePattern.ParseColumns(columns, nameof(columns));
        _columns = columns;
        _name = name;
        if (newName is null)
        {
            return;
        }

        if (string.IsNullOrWhiteSpace(newName) || _path.Length > 1)
        {
            throw new ArgumentException(_path.Length > 1
                ? $"'{columns}' is a path into a document: only fields of the first level can be renamed."
                : $"The new name for '{columns}' is empty.", nameof(newName));
        }

        _expression = new Regex($"^{TablePattern.Capturing(_path[0])}\\z", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase);
        _newName = new NewName(newName, 0);
        NewName.Check(newName, columns, _newName.Wildcards, _expression);
    }

    public bool IsInclude { get; init; }

    public bool IsExclude { get; init; }

    public ValueChange? Change { get; init; }

    public bool IsRename => _newName is not null;

    /// <summary>The number of names in the path.</summary>
    public int Depth => _path.Length;

    /// <summary>True if it names one column without wildcards, which its table must have.</summary>
    public bool IsLiteral => IsLiteralName(_database) && IsLiteralName(_table) && Array.TrueForAll(_path, IsLiteralName);

    internal override string LossWithoutMatch
        => Change is Cut ? "the values that it is to cut are shown whole"
        : Change is not null || IsExclude ? "the column that it is to hide is shown as it is"
        : IsInclude ? "the columns that it is to drop are shown" : "the column keeps its name";

    internal override bool HasWildcard => !IsLiteralName(_database) || !IsLiteralName(_table);

    internal override bool MatchesAll => TablePattern.IsRun(_database) && TablePattern.IsRun(_table);

    internal override bool Matches(string database, string table, bool ignoreCase)
        => TablePattern.Matches(_database, database, ignoreCase) && TablePattern.Matches(_table, table, ignoreCase);

    /// <summary>True if a name of a path matches.</summary>
    public bool MatchesName(int depth, string name, bool ignoreCase) => TablePattern.Matches(_path[depth], name, ignoreCase);

    public string Rename(string name)
        => _newName is { } text && _expression is { } expression ? text.Fill(expression.Match(name)) : name;

    /// <summary>True if both rules have one pattern and cannot both be followed.</summary>
    public bool Contradicts(ColumnRule other) => _columns == other._columns
        && ((Change is not null && other.Change is not null) || (IsRename && other.IsRename) || (IsExclude && !other.IsExclude)
            || (other.IsExclude && !IsExclude));

    public override string ToString() => $"{_name}(\"{_columns}\")";

    private static bool IsLiteralName(int[] tokens) => Array.TrueForAll(tokens, token => token >= 0);
}
