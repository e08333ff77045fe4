using System.Data.Common;

namespace CdcEmbedded.Offsets;

/// <summary>The statements of a <see cref="DbOffsetStore"/>: the only place where the databases differ. The table's name is checked; every
/// value is a parameter.</summary>
internal sealed class DbOffsetSql
{
    public DbOffsetSql(DbTable target)
    {
        var (dialect, table) = (target.Dialect, target.Name);
        Dialect = dialect;
        var forUpdate = dialect is DbOffsetDialect.PostgreSql or DbOffsetDialect.MySql ? " FOR UPDATE" : "";
        var locked = dialect == DbOffsetDialect.SqlServer ? " WITH (UPDLOCK, HOLDLOCK)" : "";
        Load = $"SELECT content, version FROM {table} WHERE name = @name";
        LoadForUpdate = $"SELECT content, version FROM {table}{locked} WHERE name = @name{forUpdate}";
        Update = $"UPDATE {table} SET content = @content, version = @next WHERE name = @name AND version = @version";
        Remove = $"DELETE FROM {table} WHERE name = @name";
        Insert = dialect switch
        {
            DbOffsetDialect.PostgreSql or DbOffsetDialect.Sqlite
                => $"INSERT INTO {table} (name, content, version) VALUES (@name, @content, @next) ON CONFLICT (name) DO NOTHING",
            DbOffsetDialect.SqlServer => $"INSERT INTO {table} (name, content, version) SELECT @name, @content, @next "
                + $"WHERE NOT EXISTS (SELECT 1 FROM {table}{locked} WHERE name = @name)",

            // A duplicate is an error there, with SQLSTATE 23000. INSERT IGNORE would hide other errors too.
            _ => $"INSERT INTO {table} (name, content, version) VALUES (@name, @content, @next)",
        };
        CreateTable = target.CreateStatement(("name", DbColumnType.Key), ("version", DbColumnType.Number),
            ("content", DbColumnType.Text));
    }

    public DbOffsetDialect Dialect { get; }

    public string Load { get; }

    /// <summary>Reads the newest version and locks it until the transaction ends. SQLite locks the whole database anyway.</summary>
    public string LoadForUpdate { get; }

    public string Update { get; }

    public string Insert { get; }

    public string Remove { get; }

    public string CreateTable { get; }

    /// <summary>True if an INSERT failed because the key exists.</summary>
    public bool IsDuplicate(DbException e) => Dialect == DbOffsetDialect.MySql && e.SqlState == "23000";
}
