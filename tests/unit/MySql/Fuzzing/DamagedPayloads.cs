using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.Tests.Fuzzing;

namespace CdcEmbedded.MySql.Tests.Fuzzing;

/// <summary>Compressed transactions: the fields before the payload, the compressed bytes, and the events in them.</summary>
internal sealed class DamagedPayloads : FuzzTarget, IDisposable
{
    private const int MaxEvents = 10_000;

    private readonly TransactionPayload _payload = new(1 << 20);
    private readonly Lazy<EventSample[]> _samples = new(() => [.. EventCorpus.All
        .Where(e => e.Header.Type == EventType.TransactionPayload)]);

    /// <summary>The window of a frame is reserved before its content is known.</summary>
    public override long MaxAllocated => 160L * 1024 * 1024;

    public override void Prepare() => _ = _samples.Value;

    public override int Run(Random random)
    {
        var sample = _samples.Value[random.Next(_samples.Value.Length)];
        var other = EventCorpus.All[random.Next(EventCorpus.All.Length)].Body;
        var body = random.Next(8) == 0 ? Uncompressed(random, other) : Mutation.Of(random, sample.Body, other);
        try
        {
            byte[] whole = [.. sample.HeaderBytes, .. body];
            _payload.Begin(new EventSlice(whole, 0, whole.Length), body, 4);
            for (var count = 0; count < MaxEvents && _payload.TryRead(out var slice); count++)
            {
                EventHeader.Read(slice.Span);
            }
        }
        catch (CdcException)
        {
            // What it must be where the payload is damaged.
        }

        return body.Length + other.Length;
    }

    public void Dispose() => _payload.Dispose();

    private static byte[] Uncompressed(Random random, byte[] content)
    {
        byte[] body = [2, 3, 252, 255, 0, 1, 5, 254 - 1, (byte)content.Length, (byte)(content.Length >> 8), 0, 0, 0, .. content];
        return Mutation.Of(random, body, content);
    }
}
