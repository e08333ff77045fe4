using System.Data.Common;

namespace CdcEmbedded.Offsets;

/// <summary>Stores offsets in a table of an SQL database, also in the transaction of the application's effects. Thread-safe; any number of
/// processes may use one table.</summary>
/// <remarks>
/// <para>The table has the columns <c>name</c>, <c>version</c> and <c>content</c>. <see cref="CreateTableAsync"/> creates it;
/// <see cref="CreateTableStatement"/> is its statement, for your own migrations. If the table is in a server that is captured, exclude it
/// from the captured tables.</para>
/// <para>PostgreSQL, MySQL, MariaDB and SQLite are tested; the statements for SQL Server are not run by this project's tests. SQLite has
/// one lock for the whole database: there, end the transaction before asking for the next batch.</para>
/// <para>What the database reports, other than a conflict, is thrown as its provider's <see cref="DbException"/>.</para>
/// </remarks>
public sealed class DbOffsetStore : ITransactionalOffsetStore<DbTransaction>
{
    private readonly DbDataSource _dataSource;
    private readonly DbOffsetSql _sql;

    /// <summary>Creates the store without connecting.</summary>
    /// <param name="dataSource">Opens the connections of loads and saves that are in no transaction of the application. The caller keeps
    /// and disposes it.</param>
    /// <param name="table">The table: letters, digits and underscores, after a schema and a point if it is not in the default one.</param>
    /// <param name="dialect">The database's SQL; null recognizes it by the provider.</param>
    /// <exception cref="ArgumentException">The table's name has other characters, or the provider is not known.</exception>
    public DbOffsetStore(DbDataSource dataSource, string table = "cdc_offsets", DbOffsetDialect? dialect = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
        _sql = new DbOffsetSql(dialect ?? DbOffsetSql.Detect(dataSource), table);
    }

    /// <summary>The table's name.</summary>
    public string Table => _sql.Table;

    /// <summary>The SQL that is used.</summary>
    public DbOffsetDialect Dialect => _sql.Dialect;

    /// <summary>The statement that creates the table if it does not exist.</summary>
    public string CreateTableStatement => _sql.CreateTable;

    /// <summary>Creates the table if it does not exist. Several instances may call it at once.</summary>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public async ValueTask CreateTableAsync(CancellationToken cancellationToken = default)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        try
        {
            await ExecuteAsync(connection, null, _sql.CreateTable, [], cancellationToken).ConfigureAwait(false);
        }
        catch (DbException)
        {
            // PostgreSQL refuses one of two that create it at once. If it exists now, all is well; else this load says what is wrong.
            await LoadAsync("", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<StoredOffset?> LoadAsync(string key, CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        return await ReadAsync(connection, null, _sql.Load, key, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<long> SaveAsync(string key, string text, long expectedVersion, CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        ArgumentNullException.ThrowIfNull(text);
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        return await WriteAsync(connection, null, key, text, expectedVersion, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask<StoredOffset?> LoadAsync(string key, DbTransaction transaction, CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        return ReadAsync(ConnectionOf(transaction), transaction, _sql.LoadForUpdate, key, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<long> SaveAsync(string key, string text, long expectedVersion, DbTransaction transaction,
        CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        ArgumentNullException.ThrowIfNull(text);
        return WriteAsync(ConnectionOf(transaction), transaction, key, text, expectedVersion, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(string key, CancellationToken cancellationToken = default)
    {
        CheckKey(key);
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        await ExecuteAsync(connection, null, _sql.Remove, [("@name", key)], cancellationToken).ConfigureAwait(false);
    }

    private static void CheckKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length > DbOffsetSql.MaxKeyLength)
        {
            throw new ArgumentException($"The key has {key.Length} characters; the table holds at most {DbOffsetSql.MaxKeyLength}. "
                + "Give the engine "
                + "a shorter name.", nameof(key));
        }
    }

    private static DbConnection ConnectionOf(DbTransaction transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        return transaction.Connection
            ?? throw new InvalidOperationException("The transaction has ended: save the offset before you commit or roll back.");
    }

    private async ValueTask<long> WriteAsync(
        DbConnection connection, DbTransaction? transaction, string key, string text, long expectedVersion,
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
            rows = await ExecuteAsync(connection, transaction, sql, parameters, cancellationToken).ConfigureAwait(false);
        }
        catch (DbException e) when (expectedVersion == 0 && _sql.IsDuplicate(e))
        {
            rows = 0;
        }

        return rows == 1 ? next
            : throw new OffsetConflictException($"In table {_sql.Table}, under '{key}', version {expectedVersion} was expected, "
            + "but another version is stored: another instance runs under this name.");
    }

    private static async ValueTask<StoredOffset?> ReadAsync(DbConnection connection, DbTransaction? transaction, string sql, string key,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var command = CreateCommand(connection, transaction, sql, [("@name", key)]);
        await using var ending = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = reader.ConfigureAwait(false);
        return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
            ? new StoredOffset(reader.GetString(0), reader.GetInt64(1)) : null;
    }

    private static async ValueTask<int> ExecuteAsync(DbConnection connection, DbTransaction? transaction, string sql,
        (string Name, object Value)[] parameters, CancellationToken cancellationToken)
    {
        var command = CreateCommand(connection, transaction, sql, parameters);
        await using var ending = command.ConfigureAwait(false);
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static DbCommand CreateCommand(DbConnection connection, DbTransaction? transaction, string sql,
        (string Name, object Value)[] parameters)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (name, value) in parameters)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
