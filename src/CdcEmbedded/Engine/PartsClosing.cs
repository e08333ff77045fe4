using CdcEmbedded.Diagnostics;
using Microsoft.Extensions.Logging;

namespace CdcEmbedded.Engine;

/// <summary>Closes the parts of an engine one after the other. Each may call code of the application, which may fail or never return: all
/// else must still be closed, and the last offset stored.</summary>
/// <param name="name">The engine's name.</param>
/// <param name="time">The engine's clock.</param>
/// <param name="fail">Receives each failure.</param>
/// <param name="logger">The engine's logger.</param>
internal sealed class PartsClosing(string name, TimeProvider time, Action<Exception> fail, ILogger logger)
{
    /// <summary>How long a stop waits for a part, a source or a store that does not answer.</summary>
    public static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    /// <summary>Waits for a part that ends by itself. Does not throw.</summary>
    public async ValueTask CloseAsync(Task closing)
    {
        try
        {
            await closing.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            OnFailed(e);
        }
    }

    /// <summary>Waits for a part for no longer than the bound. Does not throw.</summary>
    /// <param name="closing">Its end.</param>
    /// <param name="part">What it is, for the log.</param>
    public ValueTask CloseAsync(Task closing, string part) => CloseAsync(WaitAsync(closing, part));

    /// <summary>Records a failure.</summary>
    public void OnFailed(Exception e)
    {
        fail(e);
        Log.FeedCloseFailed(logger, e, name);
    }

    private async Task WaitAsync(Task closing, string part)
    {
        if (!await closing.EndsWithinAsync(Bound, time).ConfigureAwait(false))
        {
            Log.PartDidNotStop(logger, name, part, Bound.TotalSeconds);
        }
    }
}
