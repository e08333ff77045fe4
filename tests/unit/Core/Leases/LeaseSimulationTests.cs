namespace CdcEmbedded.Tests.Leases;

/// <summary>Take-overs of instances that are killed, stopped, stalled, and whose stores fail, under simulated time.</summary>
public sealed class LeaseSimulationTests(ITestOutputHelper output)
{
    private const int TakeOvers = 1000;

    [Fact]
    public async Task In_a_thousand_take_overs_one_instance_at_a_time_is_active_and_nothing_moves_back()
    {
        var seed = Environment.GetEnvironmentVariable("CDC_RANDOM_SEED") is { Length: > 0 } text
            ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : new Random().Next();
        output.WriteLine($"CDC_RANDOM_SEED={seed}");

        // Without a synchronization context: everything runs inside the clock's Advance, in one order for each seed.
        await Task.Run(() =>
        {
            var world = new LeaseWorld(new Random(seed));
            while (world.TakeOvers < TakeOvers)
            {
                world.Step();
            }

            output.WriteLine(world.ToString());
            Assert.True(world.LongestAfterKill > TimeSpan.Zero && world.LongestAfterStop > TimeSpan.Zero, world.ToString());
            Assert.True(world.Deposed > 0, world.ToString());
        });
    }
}
