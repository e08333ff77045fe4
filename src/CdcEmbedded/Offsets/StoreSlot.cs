using CdcEmbedded.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Offsets;

/// <summary>One key of an offset store: knows the stored version, saves by compare-and-set, and never mistakes its own earlier write, whose
/// answer was lost, for another instance's. One call at a time.</summary>
internal sealed class StoreSlot(IOffsetStore store, string key, ILogger logger)
{
    private long _version;
    private string? _uncertainText;
    private OffsetConflictException? _conflict;

    public string Key => key;

    /// <summary>The stored text, as far as it was loaded or saved here; null if there is none.</summary>
    public string? Text { get; private set; }

    /// <summary>Reads the stored text and remembers its version.</summary>
    /// <returns>Null if nothing is stored.</returns>
    public async ValueTask<string?> LoadAsync(CancellationToken cancellationToken)
    {
        var stored = await store.LoadAsync(key, cancellationToken).ConfigureAwait(false);
        _version = stored?.Version ?? 0;
        Text = stored?.Text;
        _uncertainText = null;
        return Text;
    }

    /// <summary>Stores a text, unless it is already stored.</summary>
    /// <exception cref="OffsetConflictException">Another instance has stored something since; every later call throws it again.</exception>
    public async ValueTask SaveAsync(string text, CancellationToken cancellationToken)
    {
        ThrowIfConflict();
        if (_uncertainText is not null)
        {
            await ResolveUncertaintyAsync(cancellationToken).ConfigureAwait(false);
        }

        if (text == Text)
        {
            return;
        }

        _uncertainText = text;
        try
        {
            _version = await store.SaveAsync(key, text, _version, cancellationToken).ConfigureAwait(false);
        }
        catch (OffsetConflictException e)
        {
            _conflict = e;
            throw;
        }

        Text = text;
        _uncertainText = null;
        Log.OffsetSaved(logger, key, _version);
    }

    /// <summary>Throws if an earlier call met a conflict.</summary>
    public void ThrowIfConflict()
    {
        if (_conflict is { } conflict)
        {
            throw new OffsetConflictException(conflict.Message, conflict);
        }
    }

    /// <summary>Checks if a failed save was executed after all.</summary>
    private async ValueTask ResolveUncertaintyAsync(CancellationToken cancellationToken)
    {
        var stored = await store.LoadAsync(key, cancellationToken).ConfigureAwait(false);
        if (stored is not null && stored.Version != _version && stored.Text == _uncertainText)
        {
            _version = stored.Version;
            Text = stored.Text;
        }
        else if ((stored?.Version ?? 0) != _version)
        {
            _conflict = new OffsetConflictException($"Under '{key}' version {_version} was expected, but version {stored?.Version ?? 0} "
                + "is stored: another instance runs under this name.");
            throw _conflict;
        }

        _uncertainText = null;
    }
}
