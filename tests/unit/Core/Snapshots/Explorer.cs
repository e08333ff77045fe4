using System.Diagnostics;
using CdcEmbedded.Snapshots;

namespace CdcEmbedded.Tests.Snapshots;

/// <summary>Runs the machine through every interleaving of a case, each state once.</summary>
internal static class Explorer
{
    /// <summary>Explores a case to its end.</summary>
    /// <param name="model">The case.</param>
    /// <param name="rules">The rules; those of a mutant to see if it is found.</param>
    /// <param name="limit">How long at most.</param>
    /// <exception cref="ModelViolationException">A promise is broken.</exception>
    public static Exploration Run(ModelCase model, WindowRules rules, TimeSpan limit)
    {
        var started = Stopwatch.GetTimestamp();
        var script = new ModelScript(model.Start, model.Script);
        var seen = new HashSet<UInt128>();
        var stack = new Stack<ModelWorld>();
        var next = new List<ModelWorld>();
        long steps = 0, ends = 0;
        stack.Push(new ModelWorld(model, script, rules));
        while (stack.TryPop(out var world))
        {
            next.Clear();
            try
            {
                if (!world.AddNext(next))
                {
                    ends++;
                    world.CheckEnd();
                }
            }
            catch (Exception e)
            {
                throw new ModelViolationException($"{model}: {e.Message}", e);
            }

            steps += next.Count;
            foreach (var each in next)
            {
                if (seen.Add(HashOf(each.Describe())))
                {
                    stack.Push(each);
                }
            }

            if ((seen.Count & 1023) == 0 && Stopwatch.GetElapsedTime(started) > limit)
            {
                return new Exploration(seen.Count, steps, ends, false);
            }
        }

        return ends > 0 ? new Exploration(seen.Count, steps, ends, true) : throw new ModelViolationException($"{model}: it never ends");
    }

    // Two 64-bit multiplicative hashes: with 10^8 states a collision is as likely as one in 10^22.
    private static UInt128 HashOf(string text)
    {
        ulong a = 14695981039346656037, b = 0x9E3779B97F4A7C15;
        foreach (var c in text)
        {
            a = (a ^ c) * 1099511628211;
            b = (b + c) * 0xD6E8FEB86659FD93;
            b ^= b >> 32;
        }

        return new UInt128(a, b);
    }
}

