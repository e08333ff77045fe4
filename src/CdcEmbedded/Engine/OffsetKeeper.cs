using CdcEmbedded.Offsets;
using CdcEmbedded.Sources;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Engine;

/// <summary>The engine's side of the offset store: loads once, then saves forward only, one save at a time, compare-and-set.</summary>
internal sealed class OffsetKeeper : IDisposable
{
    private readonly IOffsetStore _store;
    private readonly string _key;
    private readonly ILogger _logger;
    private readonly SemaphoreSlim _turn = new(1, 1);
    private long _version;
    private long _savedSequence;
    private string? _savedText;
    private string? _uncertainText;
    private OffsetConflictException? _conflict;

    public OffsetKeeper(IOffsetStore store, string key, ILogger logger)
    {
        _store = store;
        _key = key;
        _logger = logger;
    }

    /// <summary>Everything below this sequence number is stored.</summary>
    public long SavedSequence => Interlocked.Read(ref _savedSequence);

    /// <summary>Reads the stored offset and remembers its version.</summary>
    public async ValueTask<Offset?> LoadAsync(string connector, CancellationToken cancellationToken)
    {
        if (await _store.LoadAsync(_key, cancellationToken).ConfigureAwait(false) is not { } stored)
        {
            return null;
        }

        var offset = Offset.Parse(stored.Text);
        if (offset.Connector != connector)
        {
            throw new OffsetFormatException($"The offset stored under '{_key}' is one of a '{offset.Connector}' source, not of "
                + $"'{connector}': give this engine another name, or remove the offset to start anew.");
        }

        _version = stored.Version;
        _savedText = stored.Text;
        return offset;
    }

    /// <summary>Stores where a first start begins.</summary>
    public ValueTask SaveStartAsync(SourcePosition position, CancellationToken cancellationToken)
        => SaveAsync(position, 0, cancellationToken);

    /// <summary>Stores a position unless the same or a later one is stored already.</summary>
    /// <param name="position">Where reading goes on.</param>
    /// <param name="sequence">Everything below it is covered by the position; 0 at a first start only.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async ValueTask SaveAsync(SourcePosition position, long sequence, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_conflict is { } conflict)
            {
                throw new OffsetConflictException(conflict.Message, conflict);
            }

            if (sequence <= _savedSequence && _savedText is not null)
            {
                return;
            }

            var text = position.ToOffset().ToString();
            if (_uncertainText is not null)
            {
                await ResolveUncertaintyAsync(cancellationToken).ConfigureAwait(false);
            }

            if (text != _savedText)
            {
                await StoreAsync(text, cancellationToken).ConfigureAwait(false);
            }

            Interlocked.Exchange(ref _savedSequence, sequence);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async ValueTask StoreAsync(string text, CancellationToken cancellationToken)
    {
        _uncertainText = text;
        try
        {
            _version = await _store.SaveAsync(_key, text, _version, cancellationToken).ConfigureAwait(false);
        }
        catch (OffsetConflictException e)
        {
            _conflict = e;
            throw;
        }

        _savedText = text;
        _uncertainText = null;
        Log.OffsetSaved(_logger, _key, _version);
    }

    /// <summary>A save that failed may have been done all the same, when only its answer was lost: looks which it was, so that a retry does
    /// not take its own earlier write for another instance's.</summary>
    private async ValueTask ResolveUncertaintyAsync(CancellationToken cancellationToken)
    {
        var stored = await _store.LoadAsync(_key, cancellationToken).ConfigureAwait(false);
        if (stored is not null && stored.Version != _version && stored.Text == _uncertainText)
        {
            _version = stored.Version;
            _savedText = stored.Text;
        }
        else if ((stored?.Version ?? 0) != _version)
        {
            _conflict = new OffsetConflictException($"Under '{_key}' version {_version} was expected, but version {stored?.Version ?? 0} "
                + "is stored: another instance runs under this name.");
            throw _conflict;
        }

        _uncertainText = null;
    }
}
