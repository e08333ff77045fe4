using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.DeadLetters;

/// <summary>Stores dead letters in a table of an SQL database: by default <c>cdc_dead_letters</c> in the database of the offsets, in the
/// transaction of the batch. Thread-safe.</summary>
/// <remarks>PostgreSQL, MySQL, MariaDB and SQLite are tested; the statements for SQL Server are not run by this project's
/// tests.</remarks>
public sealed class DbDeadLetterStore : IDeadLetterStore
{
    private const string Columns =
        "stream, handler, source_table, row_key, former_key, event_id, event, content, error, attempts, parked_at";

    private readonly DbTable _table;

    /// <summary>Creates the store without connecting.</summary>
    /// <param name="dataSource">The database. The caller keeps and disposes it.</param>
    /// <param name="table">The table: letters, digits and underscores, after a schema and a point if it is not in the default one.</param>
    /// <param name="dialect">The database's SQL; null recognizes it by the provider.</param>
    /// <exception cref="ArgumentException">The table's name has other characters, or the provider is not known.</exception>
    public DbDeadLetterStore(DbDataSource dataSource, string table = "cdc_dead_letters", DbOffsetDialect? dialect = null)
        => _table = new DbTable(dataSource, table, dialect);

    /// <inheritdoc/>
    /// <remarks>With the database that the data source's connections name; if they name none, the table of any database.</remarks>
    public string? TableName => _table.QualifiedName;

    /// <inheritdoc/>
    /// <remarks>True for a <see cref="DbOffsetStore"/> of the same data source, or of one with the same connection string.</remarks>
    public bool SharesTransactionsOf(IOffsetTransactions offsets) => offsets is DbOffsetStore store && store.IsIn(_table);

    /// <summary>The statement that creates the table if it does not exist.</summary>
    public string CreateTableStatement => _table.CreateStatement(
        ("id", DbColumnType.Identity), ("stream", DbColumnType.Name), ("handler", DbColumnType.Name), ("source_table", DbColumnType.Text),
        ("row_key", DbColumnType.Text), ("former_key", DbColumnType.Text), ("event_id", DbColumnType.Text), ("event", DbColumnType.Text),
        ("content", DbColumnType.Text), ("error", DbColumnType.Text), ("attempts", DbColumnType.Number), ("parked_at", DbColumnType.Name));

    /// <summary>Creates the table if it does not exist. Several instances may call it at once.</summary>
    /// <param name="cancellationToken">Cancels the statement.</param>
    public ValueTask CreateTableAsync(CancellationToken cancellationToken = default)
        => _table.CreateAsync(CreateTableStatement, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask ParkAsync(DeadLetter letter, object? transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letter);
        var sql = $"INSERT INTO {_table.Name} ({Columns}) VALUES (@stream, @handler, @source_table, @row_key, @former_key, @event_id, "
            + "@event, @content, @error, @attempts, @parked_at)";
        (string, object)[] values =
        [
            ("@stream", letter.Stream), ("@handler", letter.Handler), ("@source_table", letter.Table), ("@row_key", Clean(letter.Key)),
            ("@former_key", Clean(letter.FormerKey)), ("@event_id", letter.EventId), ("@event", letter.Event),
            ("@content", letter.Content), ("@error", Clean(letter.Error)), ("@attempts", (long)letter.Attempts),
            ("@parked_at", letter.ParkedAt.ToString("O", CultureInfo.InvariantCulture)),
        ];
        await _table.ExecuteAsync(sql, values, (DbTransaction?)transaction, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<DeadLetter> ReadAsync(string stream, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // All at once: whoever reads letters removes them meanwhile, by another connection.
        var letters = await _table.QueryAsync($"SELECT id, {Columns} FROM {_table.Name} WHERE stream = @stream ORDER BY id",
            [("@stream", stream)], ReadLetter, null, cancellationToken).ConfigureAwait(false);
        foreach (var letter in letters)
        {
            yield return letter;
        }
    }

    /// <inheritdoc/>
    public async ValueTask<bool> HasAsync(string stream, string handler, string table, IReadOnlyList<string> keys,
        object? transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var sql = $"SELECT id FROM {_table.Name} WHERE stream = @stream AND handler = @handler AND source_table = @source_table";
        var values = new List<(string, object)> { ("@stream", stream), ("@handler", handler), ("@source_table", table) };
        if (keys.Count > 0)
        {
            var names = keys.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"@key{i}")).ToList();
            var list = string.Join(", ", names);
            sql += $" AND (row_key IN ({list}) OR former_key IN ({list}))";
            values.AddRange(names.Select((name, i) => (name, (object)Clean(keys[i]))));
        }

        return (await _table.QueryAsync(sql, [.. values], static reader => reader.GetInt64(0),
            (DbTransaction?)transaction, cancellationToken)
            .ConfigureAwait(false)).Count > 0;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveAsync(DeadLetter letter, object? transaction, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(letter);
        return await _table.ExecuteAsync($"DELETE FROM {_table.Name} WHERE id = @id", [("@id", letter.Id)], (DbTransaction?)transaction,
            cancellationToken).ConfigureAwait(false) > 0;
    }

    // PostgreSQL stores no NUL in a text.
    private static string Clean(string text) => text.Replace('\0', '\uFFFD');

    private static DeadLetter ReadLetter(DbDataReader reader) => new()
    {
        Id = reader.GetInt64(0),
        Stream = reader.GetString(1),
        Handler = reader.GetString(2),
        Table = reader.GetString(3),
        Key = reader.GetString(4),
        FormerKey = reader.GetString(5),
        EventId = reader.GetString(6),
        Event = reader.GetString(7),
        Content = reader.GetString(8),
        Error = reader.GetString(9),
        Attempts = (int)reader.GetInt64(10),
        ParkedAt = DateTimeOffset.Parse(reader.GetString(11), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
    };
}
