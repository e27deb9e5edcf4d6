@echo off
rem Install the course from this stick: install.cmd [FOLDER]. The first Python that is new enough does it.
for %%v in (3.14 3.13 3.12 3.11) do (
    py -%%v -c "" >nul 2>nul && (
        py -%%v "%~dp0install.py" %*
        pause
        exit /b
    )
)
echo The course needs Python 3.11 or newer, and there is none here: README.txt says where from.
pause
exit /b 1
