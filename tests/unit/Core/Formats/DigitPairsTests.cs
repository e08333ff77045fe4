using System.Globalization;
using System.Text;
using CdcEmbedded.Formats;

namespace CdcEmbedded.Tests.Formats;

public sealed class DigitPairsTests
{
    [Fact]
    public void Every_length_of_number_has_the_text_that_the_framework_prints()
    {
        Span<byte> text = stackalloc byte[DigitPairs.MaxNumberBytes];
        for (var number = -11_000L; number <= 11_000; number++)
        {
            Check(text, number);
        }

        for (var number = 10_000L; number > 0 && number < long.MaxValue / 10; number *= 10)
        {
            foreach (var near in (long[])[number - 1, number, number + 1])
            {
                Check(text, near);
                Check(text, -near);
            }
        }

        Check(text, long.MinValue);
        Check(text, long.MaxValue);
        Assert.Equal("18446744073709551615", Encoding.ASCII.GetString(text[..DigitPairs.Write(text, ulong.MaxValue)]));
    }

    [Fact]
    public void A_number_of_a_given_width_has_zeros_before_it()
    {
        for (var width = 0; width <= 20; width++)
        {
            var text = new byte[width];
            DigitPairs.WriteAll(text, width == 0 ? 0UL : 7);
            Assert.Equal(width == 0 ? "" : new string('0', width - 1) + "7", Encoding.ASCII.GetString(text));
        }
    }

    private static void Check(Span<byte> text, long number)
    {
        var expected = number.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(expected, Encoding.ASCII.GetString(text[..DigitPairs.Write(text, number)]));
        if (number >= 0)
        {
            Assert.Equal(expected, Encoding.ASCII.GetString(text[..DigitPairs.Write(text, (ulong)number)]));
        }
    }
}
