using System.Data.Common;

namespace CdcEmbedded.Offsets;

/// <summary>A table that the library keeps in an SQL database of the application: its checked name, its creation, and statements on it.
/// Stores of offsets and of dead letters are built on it. Thread-safe.</summary>
public sealed class DbTable
{
    /// <summary>The longest name that every database can index, in characters.</summary>
    public const int MaxNameLength = 190;

    private const int MaxIdentifierLength = 63;

    /// <summary>Creates it without connecting.</summary>
    /// <param name="dataSource">The database. The caller keeps and disposes it.</param>
    /// <param name="name">Letters, digits and underscores, after a schema and a point if it is not in the default one.</param>
    /// <param name="dialect">The database's SQL; null recognizes it by the provider.</param>
    /// <exception cref="ArgumentException">The name has other characters, or the provider is not known.</exception>
    public DbTable(DbDataSource dataSource, string name, DbOffsetDialect? dialect = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        DataSource = dataSource;
        Dialect = dialect ?? Detect(dataSource);
        Name = CheckName(name);
    }

    /// <summary>The database.</summary>
    public DbDataSource DataSource { get; }

    /// <summary>The table's name.</summary>
    public string Name { get; }

    /// <summary>The table's name after that of the database, as <see cref="IOffsetStore.TableName"/> is written.</summary>
    /// <value>The name alone, if the data source's connections name no database. A name that has a schema stays as it is: in MySQL the
    /// schema is the database.</value>
    public string QualifiedName => field ??= Qualify();

    /// <summary>The SQL that the database understands.</summary>
    public DbOffsetDialect Dialect { get; }

    /// <summary>Returns the statement that creates the table if it does not exist.</summary>
    /// <param name="columns">Names, which are not checked, and types.</param>
    public string CreateStatement(params (string Name, DbColumnType Type)[] columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        var list = string.Join(", ", columns.Select(column => $"{column.Name} {TypeName(column.Type)}"));
        return Dialect switch
        {
            DbOffsetDialect.SqlServer => $"IF OBJECT_ID(N'{Name}', N'U') IS NULL CREATE TABLE {Name} ({list})",
            DbOffsetDialect.MySql => $"CREATE TABLE IF NOT EXISTS {Name} ({list}) ENGINE=InnoDB",
            _ => $"CREATE TABLE IF NOT EXISTS {Name} ({list})",
        };
    }

    /// <summary>Creates the table if it does not exist. Several instances may call it at once.</summary>
    /// <param name="statement">From <see cref="CreateStatement"/>.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public async ValueTask CreateAsync(string statement, CancellationToken cancellationToken = default)
    {
        try
        {
            await ExecuteAsync(statement, [], null, cancellationToken).ConfigureAwait(false);
        }
        catch (DbException)
        {
            // PostgreSQL refuses one of two that create it at once. If it exists now, all is well; else this read says what is wrong.
            await QueryAsync($"SELECT 1 FROM {Name} WHERE 1 = 0", [], static _ => 0, null, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Executes a statement.</summary>
    /// <param name="sql">The statement.</param>
    /// <param name="values">Its parameters.</param>
    /// <param name="transaction">An open transaction of the application; null for a connection of its own.</param>
    /// <param name="cancellationToken">Cancels the statement.</param>
    /// <returns>Number of rows that it has changed.</returns>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    public async ValueTask<int> ExecuteAsync(string sql, (string Name, object Value)[] values, DbTransaction? transaction = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (transaction is not null)
        {
            return await ExecuteOnAsync(ConnectionOf(transaction)).ConfigureAwait(false);
        }

        using var turn = await SqliteWriters.EnterAsync(this, cancellationToken).ConfigureAwait(false);
        var connection = await DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        return await ExecuteOnAsync(connection).ConfigureAwait(false);

        async ValueTask<int> ExecuteOnAsync(DbConnection open)
        {
            var command = CreateCommand(open, transaction, sql, values);
            await using var ending = command.ConfigureAwait(false);
            return Dialect == DbOffsetDialect.Sqlite && transaction is null
                ? await SqliteWriters.ExecuteAsync(command, cancellationToken).ConfigureAwait(false)
                : await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads rows, all at once.</summary>
    /// <typeparam name="T">What is made of a row.</typeparam>
    /// <param name="sql">The query.</param>
    /// <param name="values">Its parameters.</param>
    /// <param name="read">Reads the current row.</param>
    /// <param name="transaction">An open transaction of the application; null for a connection of its own.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    /// <exception cref="InvalidOperationException">The transaction has ended.</exception>
    public async ValueTask<IReadOnlyList<T>> QueryAsync<T>(string sql, (string Name, object Value)[] values, Func<DbDataReader, T> read,
        DbTransaction? transaction = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(read);
        cancellationToken.ThrowIfCancellationRequested();
        if (transaction is not null)
        {
            return await QueryOnAsync(ConnectionOf(transaction)).ConfigureAwait(false);
        }

        var connection = await DataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        return await QueryOnAsync(connection).ConfigureAwait(false);

        async ValueTask<IReadOnlyList<T>> QueryOnAsync(DbConnection open)
        {
            var command = CreateCommand(open, transaction, sql, values);
            await using var ending = command.ConfigureAwait(false);
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using var reading = reader.ConfigureAwait(false);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                rows.Add(read(reader));
            }

            return rows;
        }
    }

    /// <summary>True if another table is in the same database, as far as the data sources say.</summary>
    internal bool IsInDatabaseOf(DbTable other) => ReferenceEquals(DataSource, other.DataSource)
        || (DataSource.GetType() == other.DataSource.GetType() && DataSource.ConnectionString.Length > 0
            && DataSource.ConnectionString == other.DataSource.ConnectionString);

    /// <summary>Recognizes the database by the type of its connections.</summary>
    /// <exception cref="ArgumentException">The provider is not known.</exception>
    internal static DbOffsetDialect Detect(DbDataSource dataSource)
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

    private string Qualify()
    {
        if (Name.Contains('.', StringComparison.Ordinal))
        {
            return Name;
        }

        // A connection that is not open yet answers with the database of its connection string.
        using var connection = DataSource.CreateConnection();
        var database = connection.Database;
        return string.IsNullOrEmpty(database) || database.AsSpan().ContainsAny(".*?`") ? Name : $"{database}.{Name}";
    }

    private static DbConnection ConnectionOf(DbTransaction transaction) => transaction.Connection
        ?? throw new InvalidOperationException("The transaction has ended: save before you commit or roll back.");

    private static DbCommand CreateCommand(DbConnection connection, DbTransaction? transaction, string sql,
        (string Name, object Value)[] values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        return command;
    }

    private string TypeName(DbColumnType type) => (Dialect, type) switch
    {
        (DbOffsetDialect.PostgreSql, DbColumnType.Key) => $"varchar({MaxNameLength}) PRIMARY KEY",
        (DbOffsetDialect.PostgreSql, DbColumnType.Identity) => "bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        (DbOffsetDialect.PostgreSql, DbColumnType.Name) => $"varchar({MaxNameLength}) NOT NULL",
        (DbOffsetDialect.MySql, DbColumnType.Key) => $"varchar({MaxNameLength}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin PRIMARY KEY",
        (DbOffsetDialect.MySql, DbColumnType.Identity) => "bigint NOT NULL AUTO_INCREMENT PRIMARY KEY",
        (DbOffsetDialect.MySql, DbColumnType.Name) => $"varchar({MaxNameLength}) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL",
        (DbOffsetDialect.MySql, DbColumnType.Text) => "longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL",
        (DbOffsetDialect.SqlServer, DbColumnType.Key) => $"nvarchar({MaxNameLength}) COLLATE Latin1_General_100_BIN2 PRIMARY KEY",
        (DbOffsetDialect.SqlServer, DbColumnType.Identity) => "bigint IDENTITY PRIMARY KEY",
        (DbOffsetDialect.SqlServer, DbColumnType.Name) => $"nvarchar({MaxNameLength}) COLLATE Latin1_General_100_BIN2 NOT NULL",
        (DbOffsetDialect.SqlServer, DbColumnType.Text) => "nvarchar(max) COLLATE Latin1_General_100_BIN2 NOT NULL",
        (DbOffsetDialect.Sqlite, DbColumnType.Key) => "text NOT NULL PRIMARY KEY",
        (DbOffsetDialect.Sqlite, DbColumnType.Identity) => "integer PRIMARY KEY AUTOINCREMENT",
        (DbOffsetDialect.Sqlite, DbColumnType.Number) => "integer NOT NULL",
        (_, DbColumnType.Number) => "bigint NOT NULL",
        _ => "text NOT NULL",
    };

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
            + $"optional schema and a point, with at most {MaxIdentifierLength} characters each.", nameof(table));
    }

    private static bool IsName(string part)
    {
        if (part.Length is 0 or > MaxIdentifierLength || char.IsAsciiDigit(part[0]))
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
