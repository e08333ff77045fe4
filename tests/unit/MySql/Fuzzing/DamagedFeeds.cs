using System.Buffers.Binary;
using CdcEmbedded.MySql.Binlog.Events;
using CdcEmbedded.MySql.Tests.Transactions;
using CdcEmbedded.Sources;
using CdcEmbedded.Tests.Fuzzing;
using ScriptedFile = CdcEmbedded.MySql.Tests.Scripted.BinlogFile;

namespace CdcEmbedded.MySql.Tests.Fuzzing;

/// <summary>Runs of consecutive events of a recording through a whole feed: some damaged, missing or repeated,
/// under right checksums.</summary>
internal sealed class DamagedFeeds : FuzzTarget
{
    private const int Longest = 24;

    private static readonly string[] _servers = ["mysql-9.7", "mysql-5.6", "mariadb-10.11", "mariadb-11.8"];

    private readonly Lazy<byte[][][]> _files = new(() => [.. _servers.SelectMany(Recordings.Recording.All).SelectMany(r => r.BinlogFiles)
        .Select(EventsOf)
        .Where(events => events.Length > 2)]);

    public override long MaxAllocated => 32L * 1024 * 1024;

    public override void Prepare() => _ = _files.Value;

    public override int Run(Random random)
    {
        var files = _files.Value;
        var file = files[random.Next(files.Length)];
        var list = new EventList().Fake("binlog.000001", 4).Raw(file[0]);
        var length = 0;
        var first = 1 + random.Next(file.Length - 1);
        for (var i = first; i < Math.Min(file.Length, first + Longest); i++)
        {
            var e = file[i];
            length += e.Length;
            if (random.Next(5) == 0)
            {
                e = Damaged(random, e, file[random.Next(file.Length)]);
            }

            for (var times = random.Next(40) switch { 0 => 0, 1 => 2, _ => 1 }; times > 0; times--)
            {
                list.Raw(e);
            }
        }

        Read(list, random);
        return length;
    }

    private static void Read(EventList list, Random random)
    {
        var run = list.ReadAsync(items: random.Next(2) == 0, buffer: random.Next(2) == 0 ? 0 : 1 << 20,
            faults: (FaultPolicy)random.Next(2), xa: (XaMode)random.Next(3),
            skipUnchanged: random.Next(2) == 0, large: (LargeTransactionMode)random.Next(2),
                storage: new SpillStorageDouble { IsSynchronous = true });
        foreach (var entry in run.WaitAsync(TimeSpan.FromSeconds(30)).GetAwaiter().GetResult().Entries)
        {
            Touch(entry);
        }
    }

    private static void Touch(FeedEntry entry)
    {
        try
        {
            _ = entry.Position.ToOffset();
            for (var i = 0; entry.Changes is { } set && i < Math.Min(set.Count, 4); i++)
            {
                _ = Recordings.FeedRun.Describe(set.ToEvent(i));
                _ = set.GetSource(i);
            }
        }
        catch (CdcException)
        {
            // A damaged value may refuse to be read.
        }
    }

    private static byte[] Damaged(Random random, byte[] e, byte[] other)
    {
        var checksum = 4;
        byte[] changed = [.. e.AsSpan(0, EventHeader.Length), .. Mutation.Of(random, e.AsSpan(EventHeader.Length,
            e.Length - EventHeader.Length - checksum),
            other.AsSpan(EventHeader.Length)), 0, 0, 0, 0];
        if (random.Next(8) == 0)
        {
            // Type and flags too. The length is the connection's.
            changed[4] = (byte)random.Next(random.Next(2) == 0 ? 45 : 175);
            changed[17 + random.Next(2)] = (byte)random.Next(256);
        }

        return Framed(changed);
    }

    private static byte[] Framed(byte[] e)
    {
        BinaryPrimitives.WriteInt32LittleEndian(e.AsSpan(9), e.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(e.AsSpan(e.Length - 4), ScriptedFile.Crc32(e.AsSpan(0, e.Length - 4)));
        return e;
    }

    /// <summary>The events of a file that has checksums; none of others.</summary>
    private static byte[][] EventsOf(string path)
    {
        var bytes = File.ReadAllBytes(path);
        byte[][] events = [.. ScriptedFile.Events(bytes).Select(e => bytes[e.Start..e.End]).Where(e => e.Length < 6000)];
        return FormatDescription.Read(events[0].AsSpan(EventHeader.Length)).ChecksumLength == 4 ? events : [];
    }
}
