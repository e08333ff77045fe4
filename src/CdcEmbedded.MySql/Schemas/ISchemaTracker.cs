using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Positions;

namespace CdcEmbedded.MySql.Schemas;

/// <summary>Follows the columns of tables along the log: table maps, statements, what is stored beside the offset, and what a server can be
/// asked. The readers of the log use this room by this interface only (R31 – R35).</summary>
/// <remarks>One caller. All members but those that return a task are synchronous: they neither wait nor do I/O.</remarks>
internal interface ISchemaTracker : IAsyncDisposable
{
    /// <summary>Moves to a position: what was stored there or, failing that, what the source knows. Called before the first event, and
    /// again to read from another position.</summary>
    /// <param name="position">Where reading begins.</param>
    /// <param name="isStored">True if the position is a stored offset, of which a note may know the tables.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    ValueTask OpenAsync(BinlogPosition position, bool isStored, CancellationToken cancellationToken);

    /// <summary>True if the rows of a table are delivered.</summary>
    bool Captures(string database, string table);

    /// <summary>Reads a TABLE_MAP event. It gives a table id its table until the file ends (R17). Read <see cref="NeedsResolving"/>
    /// next.</summary>
    /// <param name="body">Its body, without checksum.</param>
    /// <param name="format">The file's format.</param>
    void ReadTableMap(ReadOnlySpan<byte> body, FormatDescription format);

    /// <summary>True if the last table map is that of a captured table whose columns are not known: <see cref="ResolveAsync"/> must be
    /// called before the next event.</summary>
    bool NeedsResolving { get; }

    /// <summary>Finds the columns of the table whose map was read last.</summary>
    /// <param name="place">The begin of the open transaction, or the position between two: the table is looked up as it was there.</param>
    /// <param name="cursor">The end of the last event, for messages.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Null where they were found, and where that the table is skipped was returned before; else the table,
    /// to be reported.</returns>
    /// <exception cref="SchemaUnknownException">They cannot be found, and
    /// <see cref="MySqlSourceOptions.OnUnknownSchema"/> is <see cref="FaultPolicy.Fail"/>.</exception>
    ValueTask<SkippedTable?> ResolveAsync(BinlogPosition place, BinlogCoordinates cursor, CancellationToken cancellationToken);

    /// <summary>The table of an id; null where no map gave it one.</summary>
    MappedTable? Find(ulong tableId);

    /// <summary>Reads a statement as far as the stream must know it.</summary>
    /// <param name="query">Its event.</param>
    /// <param name="format">The file's format; null where it is not known.</param>
    Statement Read(QueryEvent query, FormatDescription? format);

    /// <inheritdoc cref="IStatementReader.TryReadTable"/>
    bool TryReadTable(in Statement statement, out string database, out string table);

    /// <inheritdoc cref="IStatementReader.TryReadSavepoint"/>
    bool TryReadSavepoint(in Statement statement, out string name);

    /// <summary>True if MariaDB keeps a table's history by numbers of transactions, and logs its changes as statements.</summary>
    bool IsVersionedByTransactions(string database, string table);

    /// <summary>Follows a statement that may change tables.</summary>
    /// <param name="statement">The statement.</param>
    /// <param name="mark">The transaction that it is in, and the end of its event.</param>
    /// <returns>The changes that the application sees: those of captured tables and databases, without TRUNCATE.</returns>
    IReadOnlyList<TableChange> Apply(in Statement statement, in TransactionMark mark);

    /// <summary>A new file begins, in which table ids may mean other tables.</summary>
    void BeginFile();

    /// <summary>A transaction has ended: no table map is needed any more.</summary>
    void EndTransaction();

    /// <summary>Stores what is known of tables, if that has changed. Called before a position after the change is handed over: no offset is
    /// ever stored without what is needed to read on from it.</summary>
    ValueTask SaveAsync(CancellationToken cancellationToken);
}
