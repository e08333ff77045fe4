using System.Runtime.ExceptionServices;
using CdcEmbedded.MySql.Binlog;
using CdcEmbedded.Sources;

namespace CdcEmbedded.MySql.Feed;

/// <summary>Reads events from a connection or from files and hands over batches of committed changes.</summary>
/// <remarks>A batch is handed over as soon as nothing more is in memory, or when it is full: latency stays one read. What was read before an
/// event that cannot be read is handed over before the failure.</remarks>
internal sealed class BinlogFeed : ISourceFeed
{
    private readonly IEventStream _stream;
    private readonly TransactionAssembler _assembler;
    private readonly ISchemaSource _schemas;
    private ExceptionDispatchInfo? _failure;
    private bool _ended;

    public BinlogFeed(IEventStream stream, ISchemaSource schemas, FeedSettings settings, OffsetDocument start, bool hasChecksums)
    {
        _stream = stream;
        _schemas = schemas;
        _assembler = new TransactionAssembler(settings, start, hasChecksums);
        StartPosition = new StoredPosition(start);
    }

    public SourcePosition StartPosition { get; }

    public async ValueTask<FeedBatch?> ReadAsync(CancellationToken cancellationToken)
    {
        _failure?.Throw();
        while (!_ended)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await ReadBufferedAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (CdcException e) when (_assembler.HasEntries)
            {
                // Not swallowed: the next call throws it.
                _failure = ExceptionDispatchInfo.Capture(e);
                return _assembler.TakeEntries();
            }

            if (_assembler.HasReachedEnd)
            {
                _ended = true;
            }

            if (_assembler.HasOutput)
            {
                return _assembler.Take();
            }

            if (!_ended && !await _stream.FillAsync(cancellationToken).ConfigureAwait(false))
            {
                _assembler.VerifyEnd();
                _ended = true;
            }
        }

        return _assembler.HasOutput ? _assembler.Take() : null;
    }

    public async ValueTask DisposeAsync()
    {
        _ended = true;
        await _stream.DisposeAsync().ConfigureAwait(false);
        await _schemas.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask ReadBufferedAsync(CancellationToken cancellationToken)
    {
        while (!_assembler.HasReachedEnd && !_assembler.IsFull)
        {
            if (_assembler.IsInPayload)
            {
                // It may be gigabytes of tables that are not captured.
                cancellationToken.ThrowIfCancellationRequested();
                _assembler.ProcessInner();
            }
            else if (_stream.TryRead(out var slice))
            {
                _assembler.Process(slice);
            }
            else
            {
                return;
            }

            if (_assembler.Tables.Unresolved is { } pending)
            {
                await ResolveAsync(pending.Table, pending.Map, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask ResolveAsync(MappedTable mapped, TableMap map, CancellationToken cancellationToken)
    {
        var name = $"{mapped.Database}.{mapped.Name}";
        var position = _assembler.Cursor.ToString();
        var columns = await _schemas.FindAsync(mapped.Database, mapped.Name, cancellationToken).ConfigureAwait(false)
            ?? throw new SchemaUnknownException(name, position, $"The columns of {name} at {position} are not known: the log does not name them. "
                + _schemas.Remedy);
        _assembler.Tables.Resolve(map.TryBind(columns, out var bound, out var mismatch)
            ? new CapturedTable(bound, bound.Schema ?? throw new InvalidOperationException("A bound table map has a schema."))
            : throw new SchemaUnknownException(name, position, $"The columns of {name} at {position} are not those that the table has now: "
                + $"{mismatch}. It was altered since. {_schemas.Remedy}"));
    }
}
