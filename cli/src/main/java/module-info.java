/** The {@code linnet} command. */
module linnet.cli {
  requires info.picocli;
  requires java.desktop;
  requires jdk.management;
  requires linnet.examples;
  requires linnet.sft;
  requires me.tongfei.progressbar;
  requires org.knowm.xchart;

  opens linnet.cli to info.picocli;
}
