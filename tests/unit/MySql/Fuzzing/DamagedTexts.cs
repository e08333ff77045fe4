using CdcEmbedded.MySql.Gtids;
using CdcEmbedded.MySql.Positions;
using CdcEmbedded.MySql.Replication;
using CdcEmbedded.MySql.Schemas;
using CdcEmbedded.MySql.Server;
using CdcEmbedded.Tests.Fuzzing;

namespace CdcEmbedded.MySql.Tests.Fuzzing;

/// <summary>Damaged GTIDs, sets, positions, offsets, schema notes and version numbers, read as answers of a server and as what
/// a user stores.</summary>
internal sealed class DamagedTexts : FuzzTarget
{
    private const string Uuid = "11111111-2222-3333-4444-555555555555";

    private static readonly string[] _words = [":", "-", ",", "1", "9223372036854775807", "9223372036854775806", "-1", Uuid, "tag_1", " ",
        "\n", "{", "}", "\"",
        "null", "[", "]", "0-1-1", "18446744073709551615", "4294967296", "\\u0000", "1e400", "\uD800", ":1-5", "5-1"];

    private static readonly string[] _texts =
    [
        $"{Uuid}:1-5:7:tag:1-3:5,{Uuid[..^1]}6:1-9223372036854775806", $"{Uuid}:3:1:2:9-5",
        "0-1-42,7-2-9,4294967295-4294967295-18446744073709551615", "8.4.0-log", "5.5.5-10.11.18-MariaDB-log", "11.8.9-MariaDB",
        $"{Uuid}:1#12#4:3-5#7",
        $$$$"""
        {"v":2,"connector":"mysql","source":{"id":"{{{{Uuid}}}}"},"position":{"gtid":"{{{{Uuid}}}}:1-5","file":"binlog.000001","pos":4,
        "tx":{"gtid":"{{{{Uuid}}}}:6","rows":3,"check":"0123456789abcdef"}}}
        """,
        $$$$"""
        {"v":1,"source":"mysql","server":"{{{{Uuid}}}}","gtid_pos":"0-1-42","file":"binlog.000001","pos":4,
        "xa":[{"xid":"X'61',X'',1","gtid":"0-1-3","before":"0-1-2","file":"b.1","pos":9}]}
        """,
        """
        {"v":1,"at":{"v":1,"source":"mysql","file":"binlog.000001","pos":4},"base":{"nocase":false,"databases":{"d":"utf8mb4"},
        "tables":[{"db":"d","name":"t","cs":"utf8mb4","engine":"innodb","cols":[{"n":"id","t":"int","key":1}]}],"unknown":["d","u","why"]},
        "versions":[{"file":"binlog.000001","pos":99,"tables":[{"db":"d","table":"t","unknown":true}],"databases":[]}]}
        """,
    ];

    public override int Run(Random random)
    {
        var text = _texts[random.Next(_texts.Length)];
        text = random.Next(20) == 0 ? text : Mutation.OfText(random, text, _words);
        Read(() => GtidSet.Parse(text).ToString());
        Read(() => GtidSet.Parse(text).ToBytes());
        Read(() => Gtid.Parse(text));
        Read(() => MariaDbGtidPosition.Parse(text).ToString());
        Read(() => MariaDbGtid.Parse(text));
        Read(() => OwnedGtids.Read(text));
        Read(() => BinlogPosition.Read(CdcOffset.Parse(text)).ToOffset());
        Read(() => SchemaHistoryJson.Read([text], BinlogPosition.At("binlog.000001"), out _));
        Read(() => MySqlServerVersion.Parse(text));
        ReadAnswer(text);
        return text.Length * sizeof(char);
    }

    private static void ReadAnswer(string text)
    {
        var answer = new SqlAnswer("SELECT 1", "host", ["a"], [[text]]);
        Read(() => answer.Parse(answer.SingleRow(1), 0, GtidSet.Parse), isAnswer: true);
        Read(() => answer.Parse(answer.SingleRow(1), 0, MariaDbGtidPosition.Parse), isAnswer: true);
        Read(() => answer.Parse(answer.SingleRow(1), 0, OwnedGtids.Read), isAnswer: true);
        Read(() => answer.Number(answer.SingleRow(1), 0), isAnswer: true);
    }

    private static void Read(Func<object?> read, bool isAnswer = false)
    {
        try
        {
            _ = read();
        }
        catch (Exception e) when (e is CdcException { IsTransient: true } || (!isAnswer && e is CdcException or FormatException))
        {
            // The public readers of texts say FormatException; an answer's reader must not.
        }
    }
}
