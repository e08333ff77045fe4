using CdcEmbedded.MySql.Binlog.Events;

namespace CdcEmbedded.MySql.Tests.Binlog;

/// <summary>Bounds of the field reader that no recorded event reaches.</summary>
public sealed class SpanReaderTests
{
    [Fact]
    public void ReadNumberUpTo_the_last_index_of_an_empty_list_rejects_every_number()
        => Assert.Throws<CdcProtocolException>(() => new SpanReader([0], EventType.TableMap).ReadNumberUpTo(-1));

    [Fact]
    public void ReadNumberUpTo_accepts_the_bound_itself_and_rejects_what_is_above()
    {
        Assert.Equal(7, new SpanReader([7], EventType.TableMap).ReadNumberUpTo(7));
        Assert.Throws<CdcProtocolException>(() => new SpanReader([8], EventType.TableMap).ReadNumberUpTo(7));
    }
}
