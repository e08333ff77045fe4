namespace CdcEmbedded.MongoDb.Double.Faults;

/// <summary>Faults below the commands: what a network or a sick host does to a node's connections.</summary>
public sealed class NodeFaults
{
    private long _bytesUntilCut = long.MaxValue;
    private byte[]? _garbage;
    private volatile bool _silent;

    /// <summary>While true, connections are accepted and messages read, but nothing is answered: a half-open peer.</summary>
    public bool Silent
    {
        get => _silent;
        set => _silent = value;
    }

    /// <summary>Lets that many more bytes of replies out, then cuts the connection in the middle; once.</summary>
    public void CutAfter(long bytes) => Interlocked.Exchange(ref _bytesUntilCut, bytes);

    /// <summary>Sends these bytes in place of the next reply to anything but hello.</summary>
    public void AnswerNextWith(byte[] garbage) => Interlocked.Exchange(ref _garbage, garbage);

    internal byte[]? TakeGarbage() => Interlocked.Exchange(ref _garbage, null);

    /// <summary>How much of a reply may go out; less than the length where the connection is to be cut after it.</summary>
    internal int Allow(int length)
    {
        long left = Interlocked.Read(ref _bytesUntilCut);
        if (left == long.MaxValue)
        {
            return length;
        }

        if (left >= length)
        {
            Interlocked.Add(ref _bytesUntilCut, -length);
            return length;
        }

        Interlocked.Exchange(ref _bytesUntilCut, long.MaxValue);
        return (int)left;
    }
}
