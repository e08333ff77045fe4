namespace CdcEmbedded.MongoDb.Deployment;

/// <summary>How long a server may take for a command. It grows while the server exceeds it, as a batch of 16 MB takes its time over a slow
/// line and would otherwise never arrive.</summary>
internal sealed class SilenceLimit
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);
    private readonly TimeSpan _initial;

    /// <param name="initial">The limit to begin with.</param>
    public SilenceLimit(TimeSpan initial)
    {
        _initial = initial;
        Current = initial;
    }

    /// <summary>The limit.</summary>
    public TimeSpan Current { get; private set; }

    /// <summary>A command exceeded the limit: the next one has twice the time.</summary>
    public void OnExceeded() => Current = Current * 2 < Longest ? Current * 2 : Current > Longest ? Current : Longest;

    /// <summary>The server answered.</summary>
    public void OnReply() => Current = _initial;
}
