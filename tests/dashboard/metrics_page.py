"""What tests do on Metrics, and read of it."""


def shown(app, column, number=0):
    """The cells of one of the page's tables: of those with this column, the one of this number."""
    return [each.value for each in app.dataframe if column in each.value][number]


def open_metrics(app, section="Differences"):
    app.run().switch_page("app_pages/metrics.py").run()
    return app.segmented_control(key="metrics_section").set_value(section).run()
