using System.Data.Common;

namespace CdcEmbedded.Offsets;

/// <summary>Stores offsets in a table of an SQL database, also in the transaction of the application's effects. Thread-safe; any number of
/// processes may use one table.</summary>
/// <remarks>
/// <para>The table has the columns <c>name</c>, <c>version</c> and <c>content</c>. <see cref="CreateTableAsync"/> creates it;
/// <see cref="CreateTableStatement"/> is its statement, for your own migrations. If the table is in a server that is captured, its
/// changes are not delivered (<see cref="TableName"/>).</para>
/// <para>PostgreSQL, MySQL, MariaDB and SQLite are tested; the statements for SQL Server are not run by this project's tests. SQLite has
/// one lock for the whole database: there, end the transaction before asking for the next batch, and with a lease open transactions by
/// <see cref="BeginAsync"/>, as hosted streams do: then renewals take turns with them.</para>
/// <para>What the database reports, other than a conflict, is thrown as its provider's <see cref="DbException"/>.</para>
/// </remarks>
public sealed class DbOffsetStore : ITransactionalOffsetStore<DbTransaction>, IOffsetTransactions
{
    private readonly DbTable _table;
    private readonly DbOffsetSql _sql;

    /// <summary>Creates the store without connecting.</summary>
    /// <param name="dataSource">Opens the connections of loads and saves that are in no transaction of the application. The caller keeps
    /// and disposes it.</param>
    /// <param name="table">The table: letters, digits and underscores, after a schema and a point if it is not in the default one.</param>
    /// <param name="dialect">The database's SQL; null recognizes it by the provider.</param>
    /// <exception cref="ArgumentException">The table's name has other characters, or the provider is not known.</exception>
    public DbOffsetStore(DbDataSource dataSource, string table = "cdc_offsets", DbOffsetDialect? dialect = null)
    {
        _table = new DbTable(dataSource, table, dialect);
        _sql = new DbOffsetSql(_table);
    }

    /// <summary>The table's name.</summary>
    public string Table => _table.Name;

    /// <inheritdoc/>
    /// <remarks>With the database that the data source's connections name; if they name none, the table of any database.</remarks>
    public string? TableName => _table.QualifiedName;

    /// <summary>The SQL that is used.</summary>
    public DbOffsetDialect Dialect => _table.Dialect;

    /// <summary>The statement that creates the table if it does not exist.</summary>
    public string CreateTableStatement => _sql.CreateTable;

    /// <summary>Creates the table if it does not exist. Several instances may call it at once.</summary>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public ValueTask CreateTableAsync(CancellationToken cancellationToken = default)
        => _table.CreateAsync(_sql.CreateTable, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        return ReadAsync(null, _sql.Load, key, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        ArgumentNullException.ThrowIfNull(text);
        return WriteAsync(null, key, text, expectedVersion, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<StoredOffset?> LoadAsync(string key, DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        ArgumentNullException.ThrowIfNull(transaction);
        return ReadAsync(transaction, _sql.LoadForUpdate, key, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, DbTransaction transaction,
        CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(transaction);
        return WriteAsync(transaction, key, text, expectedVersion, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IOffsetTransaction> BeginAsync(CancellationToken cancellationToken = default)
        => DbOffsetTransaction.BeginAsync(this, _table, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        await _table.ExecuteAsync(_sql.Remove, [("@name", key)], null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>True if a table is in the same database, so that one transaction can concern both.</summary>
    internal bool IsIn(DbTable table) => _table.IsInDatabaseOf(table);

    private static void CheckKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length > DbTable.MaxNameLength)
        {
            throw new ArgumentException($"The key has {key.Length} characters; the table holds at most {DbTable.MaxNameLength}. "
                + "Give the engine "
                + "a shorter name.", nameof(key));
        }
    }

    private async ValueTask<long> WriteAsync(DbTransaction? transaction, string key, string text, long expectedVersion,
        CancellationToken cancellationToken)
    {
        var next = expectedVersion + 1;
        (string, object)[] parameters = expectedVersion == 0
            ? [("@name", key), ("@content", text), ("@next", next)]
            : [("@name", key), ("@content", text), ("@next", next), ("@version", expectedVersion)];
        var sql = expectedVersion == 0 ? _sql.Insert : _sql.Update;
        int rows;
        try
        {
            rows = await _table.ExecuteAsync(sql, parameters, transaction, cancellationToken).ConfigureAwait(false);
        }
        catch (DbException e) when (expectedVersion == 0 && _sql.IsDuplicate(e))
        {
            rows = 0;
        }

        return rows == 1 ? next
            : throw new OffsetConflictException($"In table {_table.Name}, under '{key}', version {expectedVersion} was expected, "
            + "but another version is stored: another instance runs under this name. Stop one of them, give each a name of its own, or set "
            + "Lease in both, so that one waits.");
    }

    private async ValueTask<StoredOffset?> ReadAsync(DbTransaction? transaction, string sql, string key,
        CancellationToken cancellationToken)
    {
        var rows = await _table.QueryAsync(sql, [("@name", key)],
            static reader => new StoredOffset(reader.GetString(0), reader.GetInt64(1)), transaction, cancellationToken)
            .ConfigureAwait(false);
        return rows.Count > 0 ? rows[0] : null;
    }
}
