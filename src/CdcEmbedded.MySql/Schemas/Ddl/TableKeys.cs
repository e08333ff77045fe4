
namespace CdcEmbedded.MySql.Schemas.Ddl;

/// <summary>What the keys of a statement say of columns, by the names that these have at the statement's end.</summary>
internal sealed class TableKeys
{
    /// <summary>The columns of the primary key in its order.</summary>
    public List<string> Primary { get; } = [];

    /// <summary>The columns of unique keys.</summary>
    public List<string> Unique { get; } = [];

    /// <summary>MariaDB's periods: a name, and the columns of the start and the end, which take no nulls.</summary>
    public List<(string Name, string Start, string End)> Periods { get; } = [];

    /// <summary>True if a unique key is to be a hash.</summary>
    public bool HasHash { get; set; }

    /// <summary>Adds the keys in a column's own definition.</summary>
    public void AddOf(ColumnDraft column)
    {
        if (column.IsKey)
        {
            Primary.Add(column.Name);
        }

        if (column.IsUnique)
        {
            Unique.Add(column.Name);
        }
    }

    /// <summary>Applies all to a table whose columns are complete.</summary>
    /// <param name="table">The table.</param>
    /// <param name="isMariaDb">True if unique keys may be hashes.</param>
    /// <exception cref="SqlUnreadableException">A column is not there.</exception>
    public void AddTo(TableDraft table, bool isMariaDb)
    {
        foreach (var (_, start, end) in Periods)
        {
            table.Columns[table.PlaceOf(start)].IsNullable = false;
            table.Columns[table.PlaceOf(end)].IsNullable = false;
        }

        foreach (var name in Primary)
        {
            var period = Periods.FindIndex(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            if (period >= 0 && table.IndexOf(name) < 0)
            {
                // WITHOUT OVERLAPS: the server keeps the end first.
                table.AddKey(Periods[period].End);
                table.AddKey(Periods[period].Start);
            }
            else
            {
                table.AddKey(name);
            }
        }

        // Only now: DROP PRIMARY KEY may follow a MODIFY that lets a column of the key take nulls.
        foreach (var column in table.Key)
        {
            column.IsNullable = false;
        }

        table.MayHashKeys |= isMariaDb
            && (HasHash || Unique.Exists(name => table.IndexOf(name) is >= 0 and var place && IsOfBytes(table.Columns[place].TypeText)));
    }

    /// <summary>Values that may be longer than an index takes.</summary>
    private static bool IsOfBytes(string type)
        => type.Contains("char", StringComparison.Ordinal) || type.Contains("text", StringComparison.Ordinal)
        || type.Contains("blob", StringComparison.Ordinal) || type.Contains("binary", StringComparison.Ordinal);
}
