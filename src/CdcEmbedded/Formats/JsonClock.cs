namespace CdcEmbedded.Formats;

/// <summary>The time now, read once for all rows of the same few milliseconds. Not thread-safe.</summary>
internal sealed class JsonClock
{
    private readonly TimeProvider _time;
    private readonly bool _isSystem;
    private long _milliseconds;
    private long _tick = -1;

    public JsonClock(TimeProvider time)
    {
        _time = time;
        _isSystem = ReferenceEquals(time, TimeProvider.System);
    }

    /// <summary>Milliseconds since 1970-01-01 UTC.</summary>
    public long Milliseconds
    {
        get
        {
            // A counter that the system advances is cheaper to read than its clock.
#pragma warning disable RS0030 // It only says that the time of the provider, which is the system's here, may have changed.
            var tick = _isSystem ? Environment.TickCount64 : -1;
#pragma warning restore RS0030
            if (tick < 0 || tick != _tick)
            {
                _tick = tick;
                _milliseconds = _time.GetUtcNow().ToUnixTimeMilliseconds();
            }

            return _milliseconds;
        }
    }
}
