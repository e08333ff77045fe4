using System.Globalization;
using CdcEmbedded.ServerTests.Matrix;
using CdcEmbedded.TestServers;

namespace CdcEmbedded.ServerTests.FaultSchedules;

/// <summary>Readers that are killed, cut off, slowed down and run twice beside a server that is killed too lose nothing, repeat only what
/// was not acknowledged, and have each effect once where it is stored with its offset.</summary>
public sealed class FaultScheduleTests(MatrixServers servers, ITestOutputHelper output) : IClassFixture<MatrixServers>
{
    private const int Faults = 6;

    [Theory]
    [InlineData("MySQL 9.7 FULL")]
    [InlineData("MySQL 9.7 MINIMAL")]
    [InlineData("MariaDB 11.8 FULL")]
    [InlineData("MariaDB 11.8 NO_LOG")]
    public async Task A_reader_loses_nothing_and_repeats_nothing_acknowledged_through_random_faults(string combinationName)
    {
        Combination combination = Combination.Of(combinationName);
        MySqlTestServer server = await servers.ServerAsync(combination);
        int schedules = Number("CDC_FAULT_SCHEDULES") ?? 1;
        int firstSeed = Number("CDC_RANDOM_SEED") ?? 20_000;
        for (int seed = firstSeed; seed < firstSeed + schedules; seed++)
        {
            await using FaultScene scene = await FaultScene.CreateAsync(server, combination, seed);
            try
            {
                output.WriteLine($"seed {seed}: {await scene.RunAsync(Faults)}");
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"CDC_RANDOM_SEED={seed} CDC_FAULT_SCHEDULES=1 on {combination}, {scene.Folder}, "
                    + $"after {string.Join(' ', scene.Story)}: {e.Message}", e);
            }
        }
    }

    private static int? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
