using Interval = CdcEmbedded.MySql.Gtids.GtidSet.Interval;

namespace CdcEmbedded.MySql.Gtids;

/// <summary>The algebra of sorted, disjoint intervals; each operation runs through both lists once.</summary>
internal static class GtidIntervals
{
    public static Interval[] Union(ReadOnlySpan<Interval> a, ReadOnlySpan<Interval> b)
    {
        var result = new List<Interval>(a.Length + b.Length);
        int i = 0, j = 0;
        while (i < a.Length || j < b.Length)
        {
            var next = j >= b.Length || (i < a.Length && a[i].Start <= b[j].Start) ? a[i++] : b[j++];
            if (result.Count > 0 && result[^1] is var last && next.Start <= last.End + 1)
            {
                result[^1] = last with { End = Math.Max(last.End, next.End) };
            }
            else
            {
                result.Add(next);
            }
        }

        return [.. result];
    }

    public static Interval[] Subtract(ReadOnlySpan<Interval> a, ReadOnlySpan<Interval> b)
    {
        var result = new List<Interval>(a.Length);
        var j = 0;
        foreach (var interval in a)
        {
            var start = interval.Start;
            while (j < b.Length && b[j].End < start)
            {
                j++;
            }

            for (var k = j; k < b.Length && b[k].Start <= interval.End; k++)
            {
                if (b[k].Start > start)
                {
                    result.Add(new Interval(start, b[k].Start - 1));
                }

                start = b[k].End + 1;
                if (start <= interval.End)
                {
                    j = k + 1;
                }
            }

            if (start <= interval.End)
            {
                result.Add(new Interval(start, interval.End));
            }
        }

        return [.. result];
    }

    public static Interval[] Intersect(ReadOnlySpan<Interval> a, ReadOnlySpan<Interval> b)
    {
        var result = new List<Interval>();
        int i = 0, j = 0;
        while (i < a.Length && j < b.Length)
        {
            var start = Math.Max(a[i].Start, b[j].Start);
            var end = Math.Min(a[i].End, b[j].End);
            if (start <= end)
            {
                result.Add(new Interval(start, end));
            }

            if (a[i].End < b[j].End)
            {
                i++;
            }
            else
            {
                j++;
            }
        }

        return [.. result];
    }

    public static bool IsSubset(ReadOnlySpan<Interval> a, ReadOnlySpan<Interval> b)
    {
        var j = 0;
        foreach (var interval in a)
        {
            while (j < b.Length && b[j].End < interval.Start)
            {
                j++;
            }

            if (j == b.Length || b[j].Start > interval.Start || b[j].End < interval.End)
            {
                return false;
            }
        }

        return true;
    }
}
