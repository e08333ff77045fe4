using CdcEmbedded.MySql.Replication;
using CdcEmbedded.Tests.Fuzzing;

namespace CdcEmbedded.MySql.Tests.Fuzzing;

/// <summary>Packets of a replication session before its dump: greetings, errors, and whatever comes in place of rows.</summary>
internal sealed class DamagedAnswers : FuzzTarget
{
    private static readonly byte[][] _packets =
    [
        [10, .. "8.4.0\0"u8, 7, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0xFF, 0xFF, 45, 2, 0, 0xFF, 0xDF, 21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
            1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0, .. "caching_sha2_password\0"u8],
        [0xFF, 0x15, 0x04, (byte)'#', .. "28000Access denied for user"u8], [0xFF, 0x10, 0x04, .. "Too many connections"u8],
    ];

    public override int Run(Random random)
    {
        var packet = Mutation.Of(random, _packets[random.Next(_packets.Length)], _packets[0]);
        Read(() => Greeting.Read(packet));
        Read(() => ServerError.Read(packet, "host"));
        return packet.Length;
    }

    private static void Read(Func<object> read)
    {
        try
        {
            _ = read();
        }
        catch (CdcException)
        {
            // What it must be where the packet is damaged.
        }
    }
}
