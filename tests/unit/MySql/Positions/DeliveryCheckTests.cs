using CdcEmbedded.MySql.Positions;
using FsCheck;
using FsCheck.Fluent;

namespace CdcEmbedded.MySql.Tests.Positions;

/// <summary>The hash that guards a restart inside a transaction.</summary>
public sealed class DeliveryCheckTests
{
    [Fact]
    public void The_check_does_not_depend_on_how_rows_are_split()
        => Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 5), 12).ToArbitrary(), Gen.Choose(1, 7).ToArbitrary(), (tables, cut) =>
        {
            // One at a time, and in runs of a table cut after so many.
            ulong single = 0, runs = 0;
            for (var i = 0; i < tables.Length; i++)
            {
                single = DeliveryCheck.Add(single, Hash(tables[i]), 1);
            }

            for (var i = 0; i < tables.Length;)
            {
                var count = tables.Skip(i).TakeWhile(t => t == tables[i]).Take(cut).Count();
                runs = DeliveryCheck.Add(runs, Hash(tables[i]), count);
                i += count;
            }

            return single == runs;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_check_depends_on_order_and_tables()
        => Prop.ForAll(Gen.ArrayOf(Gen.Choose(0, 3), 8).ToArbitrary(), Gen.ArrayOf(Gen.Choose(0, 3), 8).ToArbitrary(),
            (a, b) => a.SequenceEqual(b) == (Sum(a) == Sum(b))).QuickCheckThrowOnFailure();

    [Fact]
    public void The_check_distinguishes_positions_with_the_same_sum()
        => Assert.NotEqual(Sum([0, 1, 1, 0]), Sum([1, 0, 0, 1]));

    [Fact]
    public void The_check_holds_for_counts_beyond_32_bits()
        => Assert.Equal(DeliveryCheck.Add(DeliveryCheck.Add(0, 7, 1L << 40), 7, 1L << 41), DeliveryCheck.Add(0, 7, 3L << 40));

    private static ulong Sum(int[] tables)
    {
        ulong sum = 0;
        for (var i = 0; i < tables.Length; i++)
        {
            sum = DeliveryCheck.Add(sum, Hash(tables[i]), 1);
        }

        return sum;
    }

    private static ulong Hash(int table) => DeliveryCheck.HashOf("db", $"t{table}");
}
