using System.Data.Common;

namespace CdcEmbedded.Offsets;

/// <summary>The statements of a <see cref="DbOffsetStore"/>: the only place where the databases differ. The table's name is checked; every
/// value is a parameter.</summary>
internal sealed class DbOffsetSql
{
    /// <summary>The longest key that every database can index.</summary>
    public const int MaxKeyLength = 190;

    private const int MaxNameLength = 63;

    public DbOffsetSql(DbOffsetDialect dialect, string table)
    {
        Dialect = dialect;
        Table = CheckName(table);
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
        CreateTable = dialect switch
        {
            DbOffsetDialect.PostgreSql => $"CREATE TABLE IF NOT EXISTS {table} (name varchar({MaxKeyLength}) PRIMARY KEY, "
                + "version bigint NOT NULL, content text NOT NULL)",
            DbOffsetDialect.MySql
                => $"CREATE TABLE IF NOT EXISTS {table} (name varchar({MaxKeyLength}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin "
                + "PRIMARY KEY, version bigint NOT NULL, content longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL) "
                    + "ENGINE=InnoDB",
            DbOffsetDialect.SqlServer => $"IF OBJECT_ID(N'{table}', N'U') IS NULL CREATE TABLE {table} (name nvarchar({MaxKeyLength}) "
                + "COLLATE Latin1_General_100_BIN2 PRIMARY KEY, version bigint NOT NULL, content nvarchar(max) NOT NULL)",
            _ => $"CREATE TABLE IF NOT EXISTS {table} (name text NOT NULL PRIMARY KEY, version integer NOT NULL, content text NOT NULL)",
        };
    }

    public DbOffsetDialect Dialect { get; }

    public string Table { get; }

    public string Load { get; }

    /// <summary>Reads the newest version and locks it until the transaction ends. SQLite locks the whole database anyway.</summary>
    public string LoadForUpdate { get; }

    public string Update { get; }

    public string Insert { get; }

    public string Remove { get; }

    public string CreateTable { get; }

    /// <summary>Recognizes the database by the type of its connections.</summary>
    /// <exception cref="ArgumentException">The provider is not known.</exception>
    public static DbOffsetDialect Detect(DbDataSource dataSource)
    {
        using var connection = dataSource.CreateConnection();
        var provider = connection.GetType().Namespace ?? "";
        return provider switch
        {
            "Npgsql" => DbOffsetDialect.PostgreSql,
            "MySqlConnector" or "MySql.Data.MySqlClient" => DbOffsetDialect.MySql,
            "Microsoft.Data.SqlClient" or "System.Data.SqlClient" => DbOffsetDialect.SqlServer,
            "Microsoft.Data.Sqlite" or "System.Data.SQLite" => DbOffsetDialect.Sqlite,
            _ => throw new ArgumentException($"The SQL of the database provider '{provider}' is not known. Pass the dialect "
                + "that its server "
                + "understands.", nameof(dataSource)),
        };
    }

    /// <summary>True if an INSERT failed because the key exists.</summary>
    public bool IsDuplicate(DbException e) => Dialect == DbOffsetDialect.MySql && e.SqlState == "23000";

    /// <summary>The name goes into the statements as it is: only letters, digits, underscores and the points between
    /// parts are allowed.</summary>
    private static string CheckName(string table)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(table);
        var parts = table.Split('.');
        if (parts.Length <= 3 && Array.TrueForAll(parts, IsName))
        {
            return table;
        }

        throw new ArgumentException($"'{table}' cannot be the table of offsets: allowed are letters (A to Z), digits and "
            + "underscores, after an "
            + $"optional schema and a point, with at most {MaxNameLength} characters each.", nameof(table));
    }

    private static bool IsName(string part)
    {
        if (part.Length is 0 or > MaxNameLength || char.IsAsciiDigit(part[0]))
        {
            return false;
        }

        foreach (var c in part)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
            {
                return false;
            }
        }

        return true;
    }
}
