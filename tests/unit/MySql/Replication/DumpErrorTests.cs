using CdcEmbedded.MySql.Replication;
using CdcEmbedded.Testing;

namespace CdcEmbedded.MySql.Tests.Replication;

/// <summary>Error 1236 distinguished by its text, and what follows when two readers have one server id.</summary>
public sealed class DumpErrorTests
{
    private const string SameId = "A slave with the same server_uuid/server_id as this slave has connected to the master";

    [Theory]
    [InlineData("Cannot replicate because the source purged required binary logs. Replicate the missing transactions from elsewhere",
        typeof(OffsetLostException))]
    [InlineData("Cannot replicate because the master purged required binary logs. Replicate the missing transactions from elsewhere",
        typeof(OffsetLostException))]
    [InlineData("The slave is connecting using CHANGE MASTER TO MASTER_AUTO_POSITION = 1, but the master has purged binary logs containing "
        + "GTIDs", typeof(OffsetLostException))]
    [InlineData("Could not find GTID state requested by slave in any binlog files. Probably the slave state is too old",
        typeof(OffsetLostException))]
    [InlineData("Could not find first log file name in binary log index file", typeof(OffsetLostException))]
    [InlineData("could not find next log; the first event 'binlog.000001' at 4", typeof(OffsetLostException))]
    [InlineData("Client requested source to start replication from position > file size", typeof(OffsetLostException))]
    [InlineData("Client requested master to start replication from impossible position", typeof(OffsetLostException))]
    [InlineData("Replica has more GTIDs than the source has, using the source's SERVER_UUID", typeof(OffsetLostException))]
    [InlineData("Slave has more GTIDs than the master has, using the master's SERVER_UUID", typeof(OffsetLostException))]
    [InlineData("Error: connecting slave requested to start from GTID 0-1-3, which is not in the master's binlog",
        typeof(OffsetLostException))]
    [InlineData("The binlog on the master is missing the GTID 0-1-3 requested by the slave", typeof(OffsetLostException))]
    [InlineData("log event entry exceeded max_allowed_packet; Increase max_allowed_packet on source", typeof(CdcServerException))]
    [InlineData("bogus data in log event; the first event 'purged.000003' at 1000", typeof(SourceInconsistentException))]
    [InlineData("binlog truncated in the middle of event; consider out of disk space on source", typeof(SourceInconsistentException))]
    [InlineData("event read from binlog did not pass crc check", typeof(SourceInconsistentException))]
    [InlineData("memory allocation failed reading log event", typeof(CdcServerException), true)]
    [InlineData("I/O error reading log event", typeof(CdcServerException), true)]
    [InlineData("Misconfigured master - server id was not set; the first event 'purged.000003' at 4", typeof(CdcServerException))]
    public void Error_1236_is_distinguished_by_its_text(string text, Type type, bool isTransient = false)
    {
        var classified = DumpErrors.Classify(Error(text), new ServerIdCollisions(null));

        Assert.IsType(type, classified);
        Assert.Contains(text, classified.Message, StringComparison.Ordinal);
        Assert.Equal(isTransient, classified.IsTransient);
    }

    [Fact]
    public void Other_errors_stay_as_they_are()
    {
        var error = new CdcServerException(1045, "28000", "purged required binary logs");
        Assert.Same(error, DumpErrors.Classify(error, new ServerIdCollisions(null)));
    }

    [Theory]
    [InlineData(SameId)]
    [InlineData("A replica with the same server_uuid/server_id as this replica has connected to the source")]
    [InlineData("A slave with the same server_id as this slave has connected to the master")]
    public void A_chosen_server_id_that_collides_fails_at_once_and_a_random_one_at_the_second_time(string text)
    {
        var chosen = DumpErrors.Classify(Error(text), new ServerIdCollisions(77));
        Assert.False(chosen.IsTransient);
        Assert.Contains("77", chosen.Message, StringComparison.Ordinal);

        var random = new ServerIdCollisions(null);
        Assert.True(DumpErrors.Classify(Error(text), random).IsTransient);
        var second = DumpErrors.Classify(Error(text), random);
        Assert.False(second.IsTransient);
        Assert.Contains("set a ServerId", second.Message, StringComparison.Ordinal);
        Assert.True(DumpErrors.Classify(Error(text), random).IsTransient);
    }

    [Fact]
    public void Collisions_far_apart_are_not_the_same_one()
    {
        var time = new VirtualTime();
        var random = new ServerIdCollisions(null) { Time = time };
        Assert.True(random.Next(Error(SameId)).IsTransient);
        time.Advance(ServerIdCollisions.Memory);
        Assert.True(random.Next(Error(SameId)).IsTransient);
        time.Advance(ServerIdCollisions.Memory - TimeSpan.FromSeconds(1));
        Assert.False(random.Next(Error(SameId)).IsTransient);
    }

    private static CdcServerException Error(string text) => new(1236, "HY000", $"host: {text} (error 1236)");
}
