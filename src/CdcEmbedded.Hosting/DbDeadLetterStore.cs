using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.Hosting;

/// <summary>Stores dead letters in a table of an SQL database: by default <c>cdc_dead_letters</c> in the database of the offsets, in the
/// transaction of the batch. Thread-safe.</summary>
public sealed class DbDeadLetterStore : IDeadLetterStore
{
    private readonly DbDataSource _dataSource;
    private readonly string _table;
    private readonly DbOffsetDialect _dialect;
    private volatile bool _isCreated;

    /// <summary>Creates the store without connecting. The table is created by the first call.</summary>
    /// <param name="dataSource">The database. The caller keeps and disposes it.</param>
    /// <param name="table">The table: letters, digits and underscores, after a schema and a point if it is not in the default one.</param>
    /// <exception cref="ArgumentException">The table's name has other characters, or the provider is not known.</exception>
    public DbDeadLetterStore(DbDataSource dataSource, string table = "cdc_dead_letters")
    {
        // The offset store checks name and provider.
        var checkedStore = new DbOffsetStore(dataSource, table);
        _dataSource = dataSource;
        _table = checkedStore.Table;
        _dialect = checkedStore.Dialect;
    }

    /// <summary>The statement that creates the table if it does not exist.</summary>
    public string CreateTableStatement => _dialect switch
    {
        DbOffsetDialect.PostgreSql => $"CREATE TABLE IF NOT EXISTS {_table} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, stream "
            + "varchar(190) NOT NULL, handler varchar(190) NOT NULL, event_id text NOT NULL, event text NOT NULL, error text NOT NULL, "
            + "attempts integer NOT NULL, parked_at varchar(40) NOT NULL)",
        DbOffsetDialect.MySql => $"CREATE TABLE IF NOT EXISTS {_table} (id bigint NOT NULL AUTO_INCREMENT PRIMARY KEY, stream varchar(190) "
            + "NOT NULL, handler varchar(190) NOT NULL, event_id longtext NOT NULL, event longtext NOT NULL, error longtext NOT NULL, "
            + "attempts integer NOT NULL, parked_at varchar(40) NOT NULL) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4",
        DbOffsetDialect.SqlServer => $"IF OBJECT_ID(N'{_table}', N'U') IS NULL CREATE TABLE {_table} (id bigint IDENTITY PRIMARY KEY, "
            + "stream nvarchar(190) NOT NULL, handler nvarchar(190) NOT NULL, event_id nvarchar(max) NOT NULL, "
            + "event nvarchar(max) NOT NULL, error nvarchar(max) NOT NULL, attempts integer NOT NULL, parked_at nvarchar(40) NOT NULL)",
        _ => $"CREATE TABLE IF NOT EXISTS {_table} (id integer PRIMARY KEY AUTOINCREMENT, stream text NOT NULL, handler text NOT NULL, "
            + "event_id text NOT NULL, event text NOT NULL, error text NOT NULL, attempts integer NOT NULL, parked_at text NOT NULL)",
    };

    /// <inheritdoc/>
    public async ValueTask ParkAsync(DeadLetter letter, DbTransaction? transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letter);
        var sql = $"INSERT INTO {_table} (stream, handler, event_id, event, error, attempts, parked_at) "
            + "VALUES (@stream, @handler, @event_id, @event, @error, @attempts, @parked_at)";
        (string, object)[] values =
        [
            ("@stream", letter.Stream), ("@handler", letter.Handler), ("@event_id", letter.EventId), ("@event", letter.Event),
            ("@error", letter.Error), ("@attempts", letter.Attempts),
            ("@parked_at", letter.ParkedAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
        ];
        if (transaction?.Connection is { } enlisted)
        {
            await ExecuteAsync(enlisted, transaction, sql, values, cancellationToken).ConfigureAwait(false);
            return;
        }

        await CreateTableAsync(cancellationToken).ConfigureAwait(false);
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        await ExecuteAsync(connection, null, sql, values, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DeadLetter> ReadAsync(string stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        await CreateTableAsync(cancellationToken).ConfigureAwait(false);
        foreach (var letter in await LoadAsync(stream, cancellationToken).ConfigureAwait(false))
        {
            yield return letter;
        }
    }

    /// <inheritdoc/>
    public async ValueTask RemoveAsync(DeadLetter letter, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letter);
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        await ExecuteAsync(connection, null, $"DELETE FROM {_table} WHERE id = @id", [("@id", letter.Id)], cancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>Creates the table if it does not exist.</summary>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public async ValueTask CreateTableAsync(CancellationToken cancellationToken = default)
    {
        if (_isCreated)
        {
            return;
        }

        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        try
        {
            await ExecuteAsync(connection, null, CreateTableStatement, [], cancellationToken).ConfigureAwait(false);
        }
        catch (DbException)
        {
            // PostgreSQL refuses one of two that create it at once. If it exists now, all is well; else this says what is wrong.
            await LoadAsync("", cancellationToken).ConfigureAwait(false);
        }

        _isCreated = true;
    }

    /// <summary>All at once: whoever reads letters removes them meanwhile, by another connection.</summary>
    private async ValueTask<List<DeadLetter>> LoadAsync(string stream, CancellationToken cancellationToken)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        var sql = $"SELECT id, handler, event_id, event, error, attempts, parked_at FROM {_table} WHERE stream = @stream ORDER BY id";
        var command = CreateCommand(connection, null, sql, [("@stream", stream)]);
        await using var ending = command.ConfigureAwait(false);
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var reading = reader.ConfigureAwait(false);
        var letters = new List<DeadLetter>();
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            letters.Add(new DeadLetter
            {
                Id = reader.GetInt64(0),
                Stream = stream,
                Handler = reader.GetString(1),
                EventId = reader.GetString(2),
                Event = reader.GetString(3),
                Error = reader.GetString(4),
                Attempts = reader.GetInt32(5),
                ParkedAt = DateTimeOffset.Parse(reader.GetString(6), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            });
        }

        return letters;
    }

    private static async ValueTask ExecuteAsync(DbConnection connection, DbTransaction? transaction, string sql,
        (string Name, object Value)[] values, CancellationToken cancellationToken)
    {
        var command = CreateCommand(connection, transaction, sql, values);
        await using var ending = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

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
}
