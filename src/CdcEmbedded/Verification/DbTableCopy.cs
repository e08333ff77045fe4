using System.Data.Common;
using System.Runtime.CompilerServices;
using CdcEmbedded.Offsets;

namespace CdcEmbedded.Verification;

/// <summary>A copy in a table of an SQL database: PostgreSQL, MySQL, MariaDB, SQLite or SQL Server.</summary>
/// <remarks>
/// <para>Rows are selected by their keys, in statements with many parameters; keys are listed page by page in the copy's own order. Each
/// statement takes a connection of the data source, outside of any transaction.</para>
/// <para>Values are what the provider returns: give MySqlConnector <c>GuidFormat=None</c> if a CHAR(36) column has other texts than UUIDs,
/// and <c>AllowZeroDateTime=true</c> if dates may be zero.</para>
/// <para>The statements for SQL Server are not run by this project's tests.</para>
/// </remarks>
public sealed class DbTableCopy : ITableCopy
{
    private readonly DbDataSource _dataSource;
    private readonly DbCopySql _sql;
    private readonly string[] _keys;
    private readonly Dictionary<string, string> _sourceNames;
    private DbKeyColumn[]? _keyColumns;
    private string[]? _names;

    /// <summary>Creates the copy without connecting.</summary>
    /// <param name="dataSource">Opens the connections. The caller keeps and disposes it.</param>
    /// <param name="table">The table, after its schema or database and a point if it is not in the default one.</param>
    /// <param name="keyColumns">The columns that identify a row, by the names of the source.</param>
    /// <param name="columnNames">The names of columns in the copy by their names in the source, where they differ; null if none
    /// does.</param>
    /// <param name="dialect">The database's SQL; null recognizes it by the provider.</param>
    /// <exception cref="ArgumentException">There is no key column, or the provider is not known.</exception>
    public DbTableCopy(DbDataSource dataSource, string table, IReadOnlyList<string> keyColumns,
        IReadOnlyDictionary<string, string>? columnNames = null, DbOffsetDialect? dialect = null)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentException.ThrowIfNullOrWhiteSpace(table);
        ArgumentNullException.ThrowIfNull(keyColumns);
        ArgumentOutOfRangeException.ThrowIfZero(keyColumns.Count, nameof(keyColumns));
        _dataSource = dataSource;
        KeyColumns = [.. keyColumns];
        _keys = [.. keyColumns.Select(name => columnNames?.GetValueOrDefault(name) ?? name)];
        _sourceNames = columnNames?.ToDictionary(static pair => pair.Value, static pair => pair.Key, StringComparer.Ordinal)
            ?? new Dictionary<string, string>(StringComparer.Ordinal);
        _sql = new DbCopySql(dialect ?? DbTable.Detect(dataSource), table, _keys);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> KeyColumns { get; }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<CopyRow>> ReadAsync(IReadOnlyList<DataRecord> keys, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        var columns = _keyColumns ??= await DescribeAsync(connection, cancellationToken).ConfigureAwait(false);
        var rows = new List<CopyRow>(keys.Count);
        for (var start = 0; start < keys.Count; start += _sql.KeysOfStatement)
        {
            var count = Math.Min(_sql.KeysOfStatement, keys.Count - start);
            var command = connection.CreateCommand();
            await using var ending = command.ConfigureAwait(false);
            command.CommandText = _sql.Select(count);
            for (var i = 0; i < count * columns.Length; i++)
            {
                AddParameter(command, i, columns[i % columns.Length].ToParameter(keys[start + (i / columns.Length)][i % columns.Length]));
            }

            await ReadAsync(command, rows, cancellationToken).ConfigureAwait(false);
        }

        return rows;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<IReadOnlyList<CopyRow>> ListKeysAsync(int pageSize,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CopyRow? last = null;
        while (true)
        {
            var page = await ReadPageAsync(last, pageSize, cancellationToken).ConfigureAwait(false);
            if (page.Count > 0)
            {
                if (last is not null && page[^1].Values.SequenceEqual(last.Values))
                {
                    throw new InvalidOperationException($"The keys of {_sql.Table} cannot be listed: the database does not find rows after "
                        + "a key that it has returned. The provider converts the key's type with a loss.");
                }

                last = page[^1];
                yield return page;
            }

            if (page.Count < pageSize)
            {
                yield break;
            }
        }
    }

    private async ValueTask<List<CopyRow>> ReadPageAsync(CopyRow? after, int pageSize, CancellationToken cancellationToken)
    {
        var connection = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        var command = connection.CreateCommand();
        await using var ending = command.ConfigureAwait(false);
        command.CommandText = _sql.Page(after is not null, pageSize);
        for (var i = 0; after is not null && i < _keys.Length; i++)
        {
            AddParameter(command, i, after.Values[i] ?? DBNull.Value);
        }

        var rows = new List<CopyRow>();
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var disposing = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(new CopyRow(KeyColumns, ValuesOf(reader)));
        }

        return rows;
    }

    private async ValueTask ReadAsync(DbCommand command, List<CopyRow> rows, CancellationToken cancellationToken)
    {
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var disposing = reader.ConfigureAwait(false);
        if (_names is null || _names.Length != reader.FieldCount)
        {
            var names = new string[reader.FieldCount];
            for (var i = 0; i < names.Length; i++)
            {
                names[i] = _sourceNames.GetValueOrDefault(reader.GetName(i)) ?? reader.GetName(i);
            }

            _names = names;
        }

        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            rows.Add(new CopyRow(_names, ValuesOf(reader)));
        }
    }

    private async ValueTask<DbConnection> OpenAsync(CancellationToken cancellationToken)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        if (_sql.Prepare is { } statement)
        {
            try
            {
                var command = connection.CreateCommand();
                await using var ending = command.ConfigureAwait(false);
                command.CommandText = statement;
                await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                await connection.DisposeAsync().ConfigureAwait(false);
                throw;
            }
        }

        return connection;
    }

    /// <summary>What parameters the key's columns take.</summary>
    private async ValueTask<DbKeyColumn[]> DescribeAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var command = connection.CreateCommand();
        await using var ending = command.ConfigureAwait(false);
        command.CommandText = _sql.Nothing;
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var disposing = reader.ConfigureAwait(false);
        var columns = new DbKeyColumn[_keys.Length];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = new DbKeyColumn(reader.GetFieldType(i), reader.GetDataTypeName(i));
        }

        return columns;
    }

    private object?[] ValuesOf(DbDataReader reader)
    {
        var values = new object?[reader.FieldCount];
        for (var i = 0; i < values.Length; i++)
        {
            // MySQL's TINYINT(1) is no truth value in the log, and may be any number.
            values[i] = reader.IsDBNull(i) ? null
                : _sql.HasTinyBooleans && reader.GetFieldType(i) == typeof(bool) ? (long)reader.GetInt32(i)
                : reader.GetValue(i);
        }

        return values;
    }

    private static void AddParameter(DbCommand command, int number, object value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = $"@p{number}";
        parameter.Value = value;
        command.Parameters.Add(parameter);
    }
}
