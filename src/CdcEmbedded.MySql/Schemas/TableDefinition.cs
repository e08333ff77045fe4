using CdcEmbedded.MySql.Binlog.Columns;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>A table's columns in their order, in the terms of information_schema. Immutable.</summary>
/// <param name="database">Its database.</param>
/// <param name="name">Its name.</param>
/// <param name="columns">Its columns.</param>
/// <param name="characterSet">The character set of new columns; null where not known.</param>
/// <param name="engine">The storage engine in lower case; null where not known.</param>
internal sealed class TableDefinition(string database, string name, IReadOnlyList<ColumnDefinition> columns, string? characterSet,
    string? engine)
{
    public string Database => database;

    public string Name => name;

    public IReadOnlyList<ColumnDefinition> Columns => columns;

    /// <summary>The character set of new columns; null where not known.</summary>
    public string? CharacterSet => characterSet;

    /// <summary>The storage engine in lower case; null where not known.</summary>
    public string? Engine => engine;

    /// <summary>True if it has a unique key that MariaDB may keep as a hash: each of these adds one BIGINT to row events, after all
    /// columns, which is not the table's.</summary>
    public bool MayHashKeys { get; init; }

    /// <summary>Its indexes; null where they are not known, as in notes of older versions: then the columns say which of them are
    /// the primary key.</summary>
    public IReadOnlyList<KeyDefinition>? Keys { get; init; }

    /// <summary>The period for application time of MariaDB: its name and columns; null for none.</summary>
    public (string Name, string Start, string End)? Period { get; init; }

    /// <summary>The index of the column that says until when a row was valid; -1 where the table is not system-versioned.</summary>
    public int RowEnd
    {
        get
        {
            for (var i = 0; i < columns.Count; i++)
            {
                if (columns[i].IsRowEnd)
                {
                    return i;
                }
            }

            return -1;
        }
    }

    /// <summary>The columns with a primary key that identifies current rows only, or rows of the history as well. A server has the end of a
    /// row's validity as the last part of each key, and does not always say so.</summary>
    public IReadOnlyList<ColumnDefinition> ColumnsFor(bool includesHistory)
    {
        var end = RowEnd;
        if (end < 0)
        {
            return columns;
        }

        var parts = 0;
        for (var i = 0; i < columns.Count; i++)
        {
            parts = i == end ? parts : Math.Max(parts, columns[i].KeyOrdinal);
        }

        var result = new List<ColumnDefinition>(columns);
        result[end] = columns[end] with { KeyOrdinal = includesHistory && parts > 0 ? parts + 1 : 0 };
        return result;
    }

    /// <summary>The same table under another name.</summary>
    public TableDefinition Renamed(string newDatabase, string newName) => new(newDatabase, newName, columns, characterSet, engine)
    {
        MayHashKeys = MayHashKeys,
        Keys = Keys,
        Period = Period,
    };
}
