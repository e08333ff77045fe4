using System.Buffers;
using System.Text;
using CdcEmbedded.Testing;
using CdcTail;

namespace CdcEmbedded.MySql.Tests.Samples;

public sealed class CdcTailPrinterTests
{
    [Fact]
    public void On_a_terminal_names_operations_and_times_are_styled()
    {
        Assert.Equal(
            "\e[2m2026-01-01 UTC\e[0m\n\e[2m00:00:00.000\e[0m  \e[1mshop.orders\e[0m  \e[32mCREATE\e[0m  id=7\n    \e[2mid: \e[0m7 "
                + " \e[2mnote: \e[0m'new'",
            Print(colours: true, ChangeEventBuilder.Insert("shop.orders", ("id", 7), ("note", "new")).Build()));
    }

    [Fact]
    public void Without_a_terminal_the_same_text_is_plain()
    {
        Assert.Equal(
            "2026-01-01 UTC\n00:00:00.000  shop.orders  CREATE  id=7\n    id: 7  note: 'new'",
            Print(colours: false, ChangeEventBuilder.Insert("shop.orders", ("id", 7), ("note", "new")).Build()));
    }

    [Fact]
    public void Control_characters_and_markup_of_a_value_do_not_reach_the_terminal()
    {
        var text = Print(colours: true, ChangeEventBuilder.Insert("shop.orders", ("id", 7), ("note", "\e[31m[red]\a")).Build());
        Assert.EndsWith("'\\u001b[31m[red]\\u0007'", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_long_line_is_not_broken()
    {
        var table = new string('t', 60);
        var text = Print(colours: false, ChangeEventBuilder.Delete($"{table}.{table}", ("id", 7), (table, table)).Build());
        Assert.Contains($"{table}.{table}  DELETE  id=7\n", text, StringComparison.Ordinal);
        Assert.Contains($"{table}: '{table}'", text, StringComparison.Ordinal);
    }

    private static string Print(bool colours, ChangeEvent change)
    {
        using var printer = new PrettyPrinter(colours);
        var output = new ArrayBufferWriter<byte>();
        Assert.True(printer.Print(change, output));
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
