using CdcEmbedded.MongoDb.Double;
using CdcEmbedded.MongoDb.Double.Faults;
using static CdcEmbedded.MongoDb.Tests.Feed.ResumeTests;

namespace CdcEmbedded.MongoDb.Tests.Feed;

/// <summary>Elections and shutdowns at every command of a stream and of a snapshot: nothing is lost or repeated, and nothing ends
/// (R55).</summary>
public sealed class StepDownTests
{
    public static MatrixTheoryData<string, int> Commands => new(
        ["hello", "buildInfo", "connectionStatus", "getParameter", "find", "listDatabases", "listCollections", "aggregate", "getMore"],
        [262, 91]);

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task A_change_of_the_primary_at_any_command_loses_repeats_and_ends_nothing(string command, int code)
    {
        await using var fixture = new StreamFixture(new MongoDoubleOptions { Nodes = 3 });
        await fixture.InsertAsync("""{"_id":0}""");
        fixture.Options = new MongoSourceOptions { Include = ["shop.orders", "crm.*"] };
        if (command != "getMore")
        {
            fixture.Double.Inject(Fault(command, code));
        }

        var reading = await fixture.OpenAsync(MongoOffsets.Now(fixture.Double), items: false);
        for (var i = 1; i < 4; i++)
        {
            if (command == "getMore")
            {
                fixture.Double.Inject(Fault(command, code));
            }

            await fixture.InsertAsync($$"""{"_id":{{i}}}""");
            Assert.Equal(i, await KeyAsync(reading));
        }
    }

    private static CommandFault Fault(string command, int code) => new(command)
    {
        Times = 1, ErrorCode = code,
        Labels = command is "aggregate" or "getMore" ? ["ResumableChangeStreamError"] : [],
    };
}
