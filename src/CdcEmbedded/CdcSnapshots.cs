using CdcEmbedded.Snapshots;
using CdcEmbedded.Sources;

namespace CdcEmbedded;

/// <summary>The snapshots of an engine: requests them and shows how far they are. Thread-safe.</summary>
/// <remarks>
/// <para>A method returns when its request is stored beside the offset, under <c>name/snapshots</c>, so that no crash loses it. The reading
/// flow carries it out, at once if the loop runs, else when it runs.</para>
/// <para>Snapshots run one after another, in the order of their requests.</para>
/// </remarks>
public sealed class CdcSnapshots
{
    private readonly ISource _source;
    private readonly CommandLog _log;
    private readonly SnapshotBoard _board;

    internal CdcSnapshots(ISource source, CommandLog log, SnapshotBoard board)
    {
        _source = source;
        _log = log;
        _board = board;
    }

    /// <summary>The snapshots that are not over, or have failed tables. Rows that the engine has buffered count as delivered.</summary>
    public IReadOnlyList<SnapshotStatus> Current => _board.Current;

    /// <summary>Requests to read tables in chunks beside the stream.</summary>
    /// <param name="request">What to read.</param>
    /// <param name="cancellationToken">Cancels the request, unless it is stored already.</param>
    /// <returns>A handle for how far it is and when it is over.</returns>
    /// <exception cref="NotSupportedException">The source has no snapshots.</exception>
    /// <exception cref="ArgumentException">The id is blank.</exception>
    /// <exception cref="OffsetConflictException">Another instance runs under this name.</exception>
    public async ValueTask<SnapshotHandle> RequestAsync(SnapshotRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentException.ThrowIfNullOrWhiteSpace(request.Id);
        var handle = _board.HandleOf(request.Id);
        await SendAsync(new SnapshotCommand(SnapshotCommandKind.Request, request.Id)
        {
            Patterns = [.. request.Tables],
            Condition = request.Condition,
        }, cancellationToken).ConfigureAwait(false);
        return handle;
    }

    /// <summary>Pauses a snapshot. What it has delivered remains; the table that it is reading resumes at the next chunk.</summary>
    /// <param name="id">Its id; null for all.</param>
    /// <param name="cancellationToken">Cancels the request, unless it is stored already.</param>
    /// <exception cref="NotSupportedException">The source has no snapshots.</exception>
    public ValueTask PauseAsync(string? id = null, CancellationToken cancellationToken = default)
        => SendAsync(new SnapshotCommand(SnapshotCommandKind.Pause, id), cancellationToken);

    /// <summary>Resumes a snapshot. Tables that have failed are read from their start.</summary>
    /// <param name="id">Its id; null for all.</param>
    /// <param name="cancellationToken">Cancels the request, unless it is stored already.</param>
    /// <exception cref="NotSupportedException">The source has no snapshots.</exception>
    public ValueTask ResumeAsync(string? id = null, CancellationToken cancellationToken = default)
        => SendAsync(new SnapshotCommand(SnapshotCommandKind.Resume, id), cancellationToken);

    /// <summary>Stops a snapshot, or some of its tables.</summary>
    /// <param name="id">Its id; null for all.</param>
    /// <param name="tables">The tables as <c>database.table</c>; null for all.</param>
    /// <param name="cancellationToken">Cancels the request, unless it is stored already.</param>
    /// <exception cref="NotSupportedException">The source has no snapshots.</exception>
    public ValueTask StopAsync(string? id = null, IReadOnlyList<string>? tables = null, CancellationToken cancellationToken = default)
        => SendAsync(new SnapshotCommand(SnapshotCommandKind.Stop, id) { Patterns = tables is null ? [] : [.. tables] }, cancellationToken);

    private async ValueTask SendAsync(SnapshotCommand command, CancellationToken cancellationToken)
    {
        if (_source is not ISnapshotSource)
        {
            throw new NotSupportedException($"A source of kind '{_source.Connector}' cannot read tables.");
        }

        await _log.AppendAsync(command, cancellationToken).ConfigureAwait(false);
    }
}
