namespace CdcEmbedded.Formats;

/// <summary>The time now as JSON, made once for all rows of the same few milliseconds. Not thread-safe.</summary>
internal sealed class JsonClock
{
    private readonly TimeProvider _time;
    private readonly bool _isSystem;
    private byte[] _digits = [];
    private long _tick = -1;

    public JsonClock(TimeProvider time)
    {
        _time = time;
        _isSystem = ReferenceEquals(time, TimeProvider.System);
    }

    /// <summary>Milliseconds since 1970-01-01 UTC.</summary>
    public long Milliseconds => _time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Appends the milliseconds.</summary>
    public void Write(JsonText text)
    {
        if (!_isSystem)
        {
            text.Number(Milliseconds);
            return;
        }

        // A counter that the system advances is cheaper to read than its clock.
#pragma warning disable RS0030 // It only says that the time of the provider, which is the system's here, may have changed.
        var tick = Environment.TickCount64;
#pragma warning restore RS0030
        if (tick != _tick)
        {
            var start = text.Written.Length;
            text.Number(Milliseconds);
            _digits = text.Written[start..].ToArray();
            _tick = tick;
            return;
        }

        text.Raw(_digits);
    }
}
