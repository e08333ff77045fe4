using System.Buffers.Binary;
using CdcEmbedded.MongoDb.Documents;

namespace CdcEmbedded.MongoDb.ChangeStreams;

/// <summary>The changes of one received batch: its bytes, and where each change's fields lie. Filled by the assembler, then handed over
/// and never changed.</summary>
internal sealed class EventBatch : IDocumentOrigin
{
    private const int NamesKept = 8;
    private static readonly NamespaceNames NoNames = new(0, default);

    private EventPlaces[] _events;
    private NamespaceNames?[]? _names;

    /// <param name="stream">Which stream it comes from.</param>
    /// <param name="buffer">The received bytes.</param>
    /// <param name="expected">How many changes there may be.</param>
    public EventBatch(StreamIdentity stream, byte[] buffer, int expected)
    {
        Stream = stream;
        Buffer = buffer;
        Records = new BsonRecordSet(new DocumentBuffer(buffer, this));
        _events = new EventPlaces[Math.Max(expected, 4)];
    }

    /// <summary>Copies one event into a batch of its own.</summary>
    /// <param name="batch">The batch of the event.</param>
    /// <param name="places">The event there.</param>
    /// <param name="copied">The event in the new batch, which does not count it.</param>
    public static EventBatch Alone(EventBatch batch, in EventPlaces places, out EventPlaces copied)
    {
        var alone = batch.EventAt(places).Detach();
        copied = ScannedEvent.Read(alone.Buffer, 0, alone.Bytes.Length).Places;
        return new EventBatch(batch.Stream, alone.Buffer, 1) { IsReduced = batch.IsReduced };
    }

    public StreamIdentity Stream { get; }

    public byte[] Buffer { get; }

    public BsonRecordSet Records { get; }

    public int Count { get; private set; }

    /// <summary>True if its events were asked for without their documents, because they were too large.</summary>
    public bool IsReduced { get; init; }

    public ref readonly EventPlaces this[int index] => ref _events[index];

    public void Add(in EventPlaces places)
    {
        if (Count == _events.Length)
        {
            Array.Resize(ref _events, Count * 2);
        }

        _events[Count++] = places;
    }

    /// <summary>Gives back room that is not needed.</summary>
    public void Trim()
    {
        if (_events.Length - Count > 16 + (Count / 4))
        {
            Array.Resize(ref _events, Count);
        }
    }

    /// <summary>The whole event, which may lie at the buffer's very beginning when it was put together of fragments.</summary>
    public RawBson EventAt(in EventPlaces places)
        => new(Buffer, places.Event, BinaryPrimitives.ReadInt32LittleEndian(Buffer.AsSpan(places.Event)));

    /// <summary>The document at a place, which the scan has measured.</summary>
    public RawBson DocumentAt(int place) => place > 0
        ? new RawBson(Buffer, place, BinaryPrimitives.ReadInt32LittleEndian(Buffer.AsSpan(place)))
        : default;

    public DataRecord RecordAt(int place) => place > 0 ? Records.At(place) : default;

    public ClusterTime TimeOf(in EventPlaces places) => places.ClusterTime > 0
        ? new ClusterTime(BinaryPrimitives.ReadUInt64LittleEndian(Buffer.AsSpan(places.ClusterTime)))
        : default;

    /// <summary>The wall clock's time from 6.0 on, else the seconds of the cluster time.</summary>
    public DateTimeOffset TimestampOf(in EventPlaces places)
    {
        if (places.WallTime == 0)
        {
            return TimeOf(places).ToDateTimeOffset();
        }

        var milliseconds = BinaryPrimitives.ReadInt64LittleEndian(Buffer.AsSpan(places.WallTime));
        return DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, BsonDates.MinMilliseconds, BsonDates.MaxMilliseconds));
    }

    /// <inheritdoc/>
    public DocumentOrigin? Find(int offset)
    {
        // The events lie in their order.
        var (first, last) = (0, Count - 1);
        while (first < last)
        {
            var middle = (first + last + 1) / 2;
            (first, last) = _events[middle].Event <= offset ? (middle, last) : (first, middle - 1);
        }

        ref readonly var places = ref _events[first];
        if (Count == 0 || offset < places.Event || offset >= places.Event + EventAt(places).Bytes.Length)
        {
            return null;
        }

        var names = NamesOf(places);
        return new DocumentOrigin(names.Database, names.Collection, ResumeTokens.TextOf(DocumentAt(places.Token)), places.Event,
            IsEvent: true);
    }

    /// <summary>The names in the namespace; empty ones where there is none.</summary>
    public NamespaceNames NamesOf(in EventPlaces places)
    {
        if (places.Namespace <= 0)
        {
            return NoNames;
        }

        // Few collections have most of a batch's changes: their names are found by the last characters, and decoded once.
        var document = DocumentAt(places.Namespace);
        var kept = _names ??= new NamespaceNames?[NamesKept];
        var bytes = document.Span;
        ref var slot = ref kept[(BinaryPrimitives.ReadUInt32LittleEndian(bytes[^5..]) * 0x9E3779B1u) >> 29];
        if (Volatile.Read(ref slot) is not { } names || !names.AreAt(places.Namespace, bytes))
        {
            names = new NamespaceNames(places.Namespace, document);
            Volatile.Write(ref slot, names);
        }

        return names;
    }
}
